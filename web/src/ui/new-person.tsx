// Naming an adult who may be in the home: who, how to reach them, and that they are grown up.
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Problem } from '../api/problems';
import { patientWords } from '../words/en/patient';
import { Button } from './button';
import { Card } from './card';
import styles from './new-person.module.css';
import { ProblemNotice } from './problem-notice';

const words = patientWords.newPerson;

export interface PersonEntry {
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  adult: boolean;
}
const NOBODY: PersonEntry = { first_name: '', last_name: '', email: '', phone: '', adult: false };

interface NewPersonProps {
  title: string;
  lead: string;
  problem: Problem | null;
  busy: boolean;
  onNamed: (entry: PersonEntry) => void;
  onCancel: () => void;
}

export function NewPerson({ title, lead, problem, busy, onNamed, onCancel }: NewPersonProps) {
  const [entry, setEntry] = useState(NOBODY);
  const set = (field: keyof PersonEntry) => (event: { currentTarget: { value: string } }) => setEntry({ ...entry, [field]: event.currentTarget.value });
  const whole = entry.adult && [entry.first_name, entry.last_name, entry.email, entry.phone].every((line) => line.trim() !== '');
  return (
    <Card title={title}>
      <p className={styles.lead}>{lead}</p>
      <div className={styles.fields}>
        <TextInput label={words.first} autoComplete="off" maxLength={120} value={entry.first_name} onChange={set('first_name')} />
        <TextInput label={words.last} autoComplete="off" maxLength={120} value={entry.last_name} onChange={set('last_name')} />
        <TextInput label={words.email} type="email" inputMode="email" autoComplete="off" maxLength={254} value={entry.email} onChange={set('email')} />
        <TextInput label={words.phone} type="tel" inputMode="tel" autoComplete="off" maxLength={32} value={entry.phone} onChange={set('phone')} />
      </div>
      <Checkbox size="md" label={words.adult} checked={entry.adult} onChange={(event) => setEntry({ ...entry, adult: event.currentTarget.checked })} />
      <ProblemNotice problem={problem} />
      <div className={styles.row}>
        <Button busy={busy} refused={whole ? undefined : words.missing} onClick={() => onNamed(entry)}>
          {words.press}
        </Button>
        <Button look="bare" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </Card>
  );
}
