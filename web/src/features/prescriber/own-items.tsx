import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useCommand } from '../../api/use-command';
import type { ChecklistItem, Id } from '../../api/types';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { prescriberWords } from '../../words/en/prescriber';
import styles from './prescriber.module.css';
import { useChecklist } from './queries';

const words = prescriberWords.items;

export function OwnItems({ session }: { session: Id }) {
  const { role } = useMe();
  const { data } = useChecklist(session);
  // Not known yet is not nothing left.
  if (data === undefined) return <Loading>{prescriberWords.loading}</Loading>;
  const mine = data.filter(({ attesters, state }) => attesters.includes(role) && state !== 'yes' && state !== 'declined');
  return (
    <Card title={words.title}>
      {mine.length === 0 ? <p className={styles.muted}>{words.none}</p> : null}
      <ul className={styles.items}>
        {mine.map((item) => (
          <OwnItem key={item.id} session={session} item={item} />
        ))}
      </ul>
    </Card>
  );
}

function OwnItem({ session, item }: { session: Id; item: ChecklistItem }) {
  const [why, setWhy] = useState<string | null>(null);
  const answer = useCommand<{ answer: 'yes' | 'no'; reason: string | null }>('safety', () => `/sessions/${session}/checklist/${item.id}`, session);
  return (
    <li className={styles.item}>
      <p>{item.title}</p>
      <p className={styles.muted}>{item.todo}</p>
      <div className={styles.actions}>
        <Button look="quiet" busy={answer.isPending} aria-label={`${words.yes}: ${item.title}`} onClick={() => answer.mutate({ answer: 'yes', reason: null })}>
          {words.yes}
        </Button>
        {why === null ? (
          <Button look="bare" aria-label={`${words.no}: ${item.title}`} onClick={() => setWhy('')}>
            {words.no}
          </Button>
        ) : (
          <>
            <TextInput aria-label={words.reason} placeholder={words.reason} maxLength={300} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
            <Button look="quiet" busy={answer.isPending} refused={why.trim() === '' ? words.reason : undefined} onClick={() => answer.mutate({ answer: 'no', reason: why })}>
              {words.no}
            </Button>
          </>
        )}
      </div>
      <ProblemNotice problem={answer.error} />
    </li>
  );
}
