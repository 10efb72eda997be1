import { NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import type { DoseOrder, Id, NewDoseOrder } from '../../api/types';
import { dayAndTime } from '../../lib/time';
import { fromLocal } from '../../lib/zones';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { ProblemNotice } from '../../ui/problem-notice';
import { prescriberWords } from '../../words/en/prescriber';
import styles from './prescriber.module.css';
import { useOrders } from './queries';

const words = prescriberWords.order;

// Bounds question typing slips; hold 7 to 15 minutes is clinical.md §5.3, 72 h apart §5.5.
const FIELDS = [
  ['strength_mg', 1, 500],
  ['lozenges', 1, 6],
  ['hold_minutes', 7, 15],
  ['max_sessions', 1, 12],
  ['min_interval_hours', 72, 2_160],
] as const;

type Numbers = Record<(typeof FIELDS)[number][0], number | null>;

export function DoseOrders({ session, patient }: { session: Id; patient: Id }) {
  const { data = [] } = useOrders(session, patient);
  const now = useNow();
  const current = data.filter(({ valid_until_at }) => valid_until_at > now);
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      {current.length === 0 ? <p>{words.none}</p> : null}
      <ul className={styles.items}>
        {current.map((order) => (
          <li key={order.order} className={styles.item}>
            <strong>{words.line(order.lozenges, order.strength_mg, order.hold_minutes, words.disposals[order.disposal])}</strong>
            <span className={styles.muted}>{words.limits(order.max_sessions, order.min_interval_hours, dayAndTime(order.valid_until_at))}</span>
          </li>
        ))}
      </ul>
      <details>
        <summary className={styles.summary}>{words.new_title}</summary>
        <NewOrder session={session} patient={patient} />
      </details>
    </Card>
  );
}

function NewOrder({ session, patient }: { session: Id; patient: Id }) {
  const [numbers, setNumbers] = useState<Numbers>({ strength_mg: null, lozenges: null, hold_minutes: 10, max_sessions: null, min_interval_hours: 72 });
  const [disposal, setDisposal] = useState<DoseOrder['disposal']>('spit');
  const [until, setUntil] = useState('');
  const sign = useCommand<NewDoseOrder & { patient$: Id }>('care', ({ patient$ }) => `/patients/${patient$}/dose-orders`, session);
  const valid_until_at = fromLocal(`${until}T23:59`);
  const { strength_mg, lozenges, hold_minutes, max_sessions, min_interval_hours } = numbers;
  const order = strength_mg === null || lozenges === null || hold_minutes === null || max_sessions === null || min_interval_hours === null || valid_until_at === null ? null : { patient$: patient, strength_mg, lozenges, hold_minutes, disposal, max_sessions, min_interval_hours, valid_until_at };
  if (sign.isSuccess) return <p role="status">{words.signed}</p>;
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <div className={styles.fields}>
        {FIELDS.map(([name, min, max]) => (
          <NumberInput key={name} label={words[name]} min={min} max={max} allowDecimal={false} allowNegative={false} hideControls value={numbers[name] ?? ''} onChange={(value) => setNumbers((old) => ({ ...old, [name]: value === '' ? null : Number(value) }))} />
        ))}
        <NativeSelect label={words.disposal} value={disposal} onChange={(event) => setDisposal(event.currentTarget.value as DoseOrder['disposal'])} data={Object.entries(words.disposals).map(([value, label]) => ({ value, label }))} />
        <label className={styles.field}>
          {words.valid_until}
          <input type="date" className={styles.date} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
        </label>
      </div>
      <ProblemNotice problem={sign.error} />
      <div>
        <Button type="submit" busy={sign.isPending} refused={order === null ? words.whole : undefined} onClick={() => order !== null && sign.mutate(order)}>
          {words.sign}
        </Button>
      </div>
    </form>
  );
}
