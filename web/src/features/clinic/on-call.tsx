import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useClinicNames } from '../../api/people';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import type { Id, OnCallDuty } from '../../api/types';
import { dayAndTime, HOUR } from '../../lib/time';
import { fromLocal } from '../../lib/zones';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { clinicWords } from '../../words/en/clinic';
import styles from './clinic.module.css';
import { useOnCall } from './queries';

const words = clinicWords.on_call;
const WEEK = 7 * 24 * HOUR;
const MAY_BE_ON_CALL = ['prescriber', 'therapist', 'coordinator'];

export function OnCallCard() {
  const { data = [] } = useOnCall();
  const { name } = useClinicNames();
  const now = useNow();
  const ahead = data.filter(({ from_at, until_at }) => until_at > now && from_at < now + WEEK).sort((a, b) => a.from_at - b.from_at);
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      <Strip duties={ahead} from={now} />
      {ahead.length === 0 ? <Empty>{words.none}</Empty> : null}
      <ul className={styles.list}>
        {ahead.map((duty) => (
          <li key={`${duty.person}${duty.from_at}`} className={styles.row}>
            {words.row(name(duty.person, clinicWords.someone), dayAndTime(duty.from_at), dayAndTime(duty.until_at))}
            {duty.from_at <= now ? <StateBadge tone="ok">{words.now}</StateBadge> : null}
          </li>
        ))}
      </ul>
      <AddDuty />
    </Card>
  );
}

/** Seven days as one line: covered where it is full, a hole where nobody answers. */
function Strip({ duties, from }: { duties: OnCallDuty[]; from: number }) {
  const share = (at: number): number => Math.min(100, Math.max(0, ((at - from) / WEEK) * 100));
  return (
    <div className={styles.strip} role="img" aria-label={words.strip}>
      {duties.map((duty) => (
        <span key={`${duty.person}${duty.from_at}`} style={{ left: `${share(duty.from_at)}%`, width: `${share(duty.until_at) - share(duty.from_at)}%` }} />
      ))}
    </div>
  );
}

function AddDuty() {
  const { people } = useClinicNames();
  const [person, setPerson] = useState<Id>('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const add = useCommand<OnCallDuty>('scheduling', () => '/on-call');
  const from_at = fromLocal(from);
  const until_at = fromLocal(until);
  const whole = person !== '' && from_at !== null && until_at !== null && until_at > from_at;
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <div className={styles.fields}>
        <NativeSelect label={words.person} value={person} onChange={(event) => setPerson(event.currentTarget.value)} data={[{ value: '', label: words.pick }, ...people.filter(({ role }) => MAY_BE_ON_CALL.includes(role)).map(({ person: value, first_name, last_initial }) => ({ value, label: `${first_name} ${last_initial}.` }))]} />
        <label className={styles.field}>
          {words.from}
          <input type="datetime-local" className={styles.time} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label className={styles.field}>
          {words.until}
          <input type="datetime-local" className={styles.time} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
        </label>
      </div>
      <ProblemNotice problem={add.error} />
      <div>
        <Button type="submit" look="quiet" busy={add.isPending} refused={whole ? undefined : words.whole} onClick={() => from_at !== null && until_at !== null && add.mutate({ person, from_at, until_at })}>
          {words.add}
        </Button>
      </div>
    </form>
  );
}
