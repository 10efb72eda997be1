// An intention, kept in the journal: the patient's own unless shared. The checklist learns only that there is one.
import { Checkbox, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './prepare.module.css';

const words = patientWords.prepare.intention;

export function Intention({ session, onDone }: { session: Id; onDone: () => void }) {
  const [text, setText] = useState('');
  const [shared, setShared] = useState(false);
  const keep = useCommand<{ text: string; shared: boolean; session: Id }>('care', () => '/journal', session);
  const note = useCommand<{ answer: 'yes' | 'declined'; reason: null }>('safety', () => `/sessions/${session}/checklist/PT-INT`, session);
  const noted = (): void => note.mutate({ answer: 'yes', reason: null }, { onSettled: onDone });
  const press = (): void => (text.trim() === '' ? noted() : keep.mutate({ text: text.trim(), shared, session }, { onSuccess: noted }));
  return (
    <div className={styles.form}>
      <Textarea label={words.label} description={words.hint} autosize minRows={3} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Checkbox size="md" label={words.share} checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
      <ProblemNotice problem={keep.error} />
      <Button size="large" busy={keep.isPending || note.isPending} onClick={press}>
        {words.press}
      </Button>
    </div>
  );
}
