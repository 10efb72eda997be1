import { NativeSelect } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem } from '../../api/problems';
import { useCommand } from '../../api/use-command';
import type { Availability, WeeklyWindow } from '../../api/types';
import { zones } from '../../lib/zones';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { clinicWords } from '../../words/en/clinic';
import styles from './clinic.module.css';
import { useAvailability } from './queries';

const words = clinicWords.availability;

export function AvailabilityCard() {
  const { data, error } = useAvailability();
  // Kept outside of the editor, which begins anew with what was saved.
  const save = useCommand<Availability>('scheduling', () => '/availability');
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      <ProblemNotice problem={error === null ? null : asProblem(error)} />
      {data === undefined ? error === null ? <Loading>{clinicWords.loading}</Loading> : null : <Editor key={JSON.stringify(data)} saved={data} save={save} />}
    </Card>
  );
}

function Editor({ saved, save }: { saved: Availability; save: UseMutationResult<void, Problem, Availability> }) {
  const [zone, setZone] = useState(saved.time_zone);
  const [weekly, setWeekly] = useState(saved.weekly);
  const wrong = weekly.find(({ from, until }) => until <= from);
  const change = (changed: WeeklyWindow, next: WeeklyWindow | null): void => setWeekly((all) => all.flatMap((one) => (one !== changed ? [one] : next === null ? [] : [next])));
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <NativeSelect label={words.zone} value={zone} data={zones().includes(zone) ? zones() : [zone, ...zones()]} onChange={(event) => setZone(event.currentTarget.value)} />
      <ul className={styles.days}>
        {words.days.map((day, at) => (
          <Day key={day} day={day} windows={weekly.filter(({ weekday }) => weekday === at + 1)} onChange={change} onAdd={() => setWeekly([...weekly, { weekday: at + 1, from: '09:00', until: '17:00' }])} />
        ))}
      </ul>
      <ProblemNotice problem={save.error} />
      {save.isSuccess ? <p role="status">{words.saved}</p> : null}
      <div>
        <Button type="submit" busy={save.isPending} refused={wrong === undefined ? undefined : words.backwards(words.days[wrong.weekday - 1] ?? '')} onClick={() => save.mutate({ time_zone: zone, weekly })}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

interface DayProps {
  day: string;
  windows: WeeklyWindow[];
  onChange: (window: WeeklyWindow, next: WeeklyWindow | null) => void;
  onAdd: () => void;
}

/** The end of a day is 24:00 to the calendar; a field for times knows midnight as 00:00 alone. */
const MIDNIGHT = { calendar: '24:00', field: '00:00' };
const shown = (until: string): string => (until === MIDNIGHT.calendar ? MIDNIGHT.field : until);
const untilOf = (field: string): string => (field === MIDNIGHT.field ? MIDNIGHT.calendar : field);

function Day({ day, windows, onChange, onAdd }: DayProps) {
  return (
    <li className={styles.day}>
      <strong>{day}</strong>
      <div className={styles.windows}>
        {windows.length === 0 ? <span className={styles.muted}>{words.free}</span> : null}
        {windows.map((window, at) => (
          <span key={`${window.weekday}-${at}`} className={styles.window}>
            <input type="time" className={styles.time} aria-label={words.from(day)} value={window.from} onChange={(event) => onChange(window, { ...window, from: event.currentTarget.value })} />
            <span aria-hidden="true">–</span>
            <input type="time" className={styles.time} aria-label={words.until(day)} value={shown(window.until)} onChange={(event) => onChange(window, { ...window, until: untilOf(event.currentTarget.value) })} />
            <Button look="bare" aria-label={words.remove_on(day)} onClick={() => onChange(window, null)}>
              {words.remove}
            </Button>
          </span>
        ))}
      </div>
      <Button look="bare" aria-label={words.add_on(day)} onClick={onAdd}>
        {words.add}
      </Button>
    </li>
  );
}
