import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import type { ChecklistItem, GateItem } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { age, list } from '../../lib/format';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';
import { ownerName } from './ready-line';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;
const SHAPE: Record<ChecklistItem['state'], string> = { open: '○', yes: '●', no: '▲', declined: '–', expired: '◑', system: '○' };
const SAID: Partial<Record<ChecklistItem['state'], string>> = { no: words.said_no, expired: words.expired, declined: words.declined };

interface Answer {
  answer: 'yes' | 'no' | 'declined';
  reason: string | null;
}

/** One thing: what, whose, how old, what to do; and the press where it is mine to make. */
export function ReadyItem({ item, asked }: { item: ChecklistItem; asked?: GateItem | undefined }) {
  const { names, id } = useScene();
  const { role } = useMe();
  const now = useNow();
  const answer = useCommand<Answer>('safety', () => `/sessions/${id}/checklist/${item.id}`, id);
  const owner = asked === undefined ? undefined : ownerName(names, asked);
  const done = item.state === 'yes' || item.state === 'declined';
  // Where several must answer, each answers once.
  const mine = item.attesters.includes(role) && !item.answers.some((given) => given.role === role && given.answer === 'yes');
  const said = SAID[item.state];
  return (
    <li className={styles.item} data-state={item.state} data-blocking={item.blocking || undefined}>
      <p className={styles.title}>
        <span aria-hidden="true" className={styles.shape}>
          {SHAPE[item.state]}
        </span>
        {item.title}
      </p>
      {done ? null : <p className={styles.todo}>{asked?.todo ?? item.todo}</p>}
      <p className={styles.meta}>
        {said === undefined ? null : <strong>{said} </strong>}
        {item.attested_at === null ? owner ?? (list(item.attesters.map((who) => names.role(who)).filter((name, at, all) => all.indexOf(name) === at)) || shellWords.roles.system) : words.from(names.name(item.attested_by, shellWords.roles.system), age(now, item.attested_at))}
        {item.blocking || done || item.declined_by.length === 0 ? null : ` · ${words.optional}`}
      </p>
      {mine && !done ? <Answers item={item} busy={answer.isPending} send={(said) => answer.mutate(said)} /> : null}
      <ProblemNotice problem={answer.error} />
    </li>
  );
}

/** Who may leave it out, leaves it out with a reason; for everyone else it is yes or no. */
function Answers({ item, busy, send }: { item: ChecklistItem; busy: boolean; send: (answer: Answer) => void }) {
  const [why, setWhy] = useState<string | null>(null);
  const { role } = useMe();
  const declines = !item.blocking && item.declined_by.includes(role);
  if (why !== null)
    return (
      <div className={styles.answers}>
        <TextInput aria-label={words.reason} placeholder={words.reason} value={why} maxLength={300} onChange={(event) => setWhy(event.currentTarget.value)} />
        <Button look="quiet" busy={busy} refused={why.trim() === '' ? words.reason : undefined} onClick={() => send({ answer: declines ? 'declined' : 'no', reason: why })}>
          {declines ? words.decline : words.no}
        </Button>
      </div>
    );
  return (
    <div className={styles.answers}>
      <Button look="quiet" busy={busy} aria-label={`${words.yes}: ${item.title}`} onClick={() => send({ answer: 'yes', reason: null })}>
        {words.yes}
      </Button>
      <Button look="bare" aria-label={`${declines ? words.decline : words.no}: ${item.title}`} onClick={() => setWhy('')}>
        {declines ? words.decline : words.no}
      </Button>
    </div>
  );
}
