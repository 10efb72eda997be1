// Naming a sitter: who, how to reach them, and that they are grown up. The clinic approves and invites.
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useCommand } from '../../api/use-command';
import type { Id } from '../../api/types';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './booking.module.css';

const words = patientWords.booking.newSitter;

export interface NamedSitter {
  person: Id;
  first_name: string;
}
interface SitterEntry {
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  adult: boolean;
}
const NOBODY: SitterEntry = { first_name: '', last_name: '', email: '', phone: '', adult: false };

export function NewSitter({ onNamed, onCancel }: { onNamed: (sitter: NamedSitter) => void; onCancel: () => void }) {
  const [entry, setEntry] = useState(NOBODY);
  const name = useCommand<SitterEntry, { person: Id }>('identity', () => '/sitters');
  const set = (field: keyof SitterEntry) => (event: { currentTarget: { value: string } }) => setEntry({ ...entry, [field]: event.currentTarget.value });
  const whole = entry.adult && [entry.first_name, entry.last_name, entry.email, entry.phone].every((line) => line.trim() !== '');
  const press = (): void => name.mutate(entry, { onSuccess: ({ person }) => onNamed({ person, first_name: entry.first_name }) });
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      <div className={styles.fields}>
        <TextInput label={words.first} autoComplete="off" maxLength={120} value={entry.first_name} onChange={set('first_name')} />
        <TextInput label={words.last} autoComplete="off" maxLength={120} value={entry.last_name} onChange={set('last_name')} />
        <TextInput label={words.email} type="email" inputMode="email" autoComplete="off" maxLength={254} value={entry.email} onChange={set('email')} />
        <TextInput label={words.phone} type="tel" inputMode="tel" autoComplete="off" maxLength={32} value={entry.phone} onChange={set('phone')} />
      </div>
      <Checkbox size="md" label={words.adult} checked={entry.adult} onChange={(event) => setEntry({ ...entry, adult: event.currentTarget.checked })} />
      <ProblemNotice problem={name.error} />
      <div className={styles.row}>
        <Button busy={name.isPending} refused={whole ? undefined : words.missing} onClick={press}>
          {words.press}
        </Button>
        <Button look="bare" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </Card>
  );
}
