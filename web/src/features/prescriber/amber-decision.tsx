import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useCommand } from '../../api/use-command';
import type { Id, Vitals } from '../../api/types';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { ProblemNotice } from '../../ui/problem-notice';
import { prescriberWords } from '../../words/en/prescriber';
import styles from './prescriber.module.css';

const words = prescriberWords.amber;

/** Amber waits for a prescriber's own, live decision (clinical.md §4.3). */
export function AmberDecision({ session, reading }: { session: Id; reading: Vitals }) {
  const [reason, setReason] = useState('');
  const decide = useCommand<{ decision: 'proceed' | 'cancel'; reason: string }>('safety', () => `/sessions/${session}/decision`, session);
  const why = reason.trim() === '' ? words.whole : undefined;
  if (decide.isSuccess) return <p role="status">{words.decided}</p>;
  return (
    <Card title={words.title}>
      <p>{words.lead(`${reading.systolic}/${reading.diastolic} · ${reading.heart_rate}`)}</p>
      <Textarea label={words.reason} rows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <ProblemNotice problem={decide.error} />
      <div className={styles.actions}>
        <Button busy={decide.isPending} refused={why} onClick={() => decide.mutate({ decision: 'cancel', reason })}>
          {words.cancel}
        </Button>
        <Button look="quiet" busy={decide.isPending} aria-disabled={why !== undefined} onClick={() => why === undefined && decide.mutate({ decision: 'proceed', reason })}>
          {words.proceed}
        </Button>
      </div>
    </Card>
  );
}
