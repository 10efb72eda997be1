import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { faultAt } from '../../api/problems';
import type { Id, Roster, WeeklyDuty } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { dayAndTime, ownZone, type Micros } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { clinicWords } from '../../words/en/clinic';
import { rosterWords as words } from '../../words/en/roster';
import clinic from './clinic.module.css';
import styles from './on-call.module.css';
import { choices, useLeads } from './take-over-form';

const DAYS = clinicWords.availability.days;
const day = (weekday: number): string => DAYS[weekday - 1] ?? '';

/** What makes the calendar so: every line can be taken out, and only from now on. */
export function RosterEntries({ roster, now, name }: { roster: Roster; now: Micros; name: (person: Id | null) => string }) {
  const end = useCommand<{ id$: Id }>('scheduling', ({ id$ }) => `/on-call/entries/${id$}/end`);
  const ahead = roster.dated.filter(({ until_at }) => until_at > now);
  const row = (id: Id, said: string) => (
    <li key={id} className={clinic.row}>
      <span>{said}</span>
      <Button look="bare" busy={end.isPending && end.variables.id$ === id} aria-label={words.take_out_which(said)} onClick={() => end.mutate({ id$: id })}>
        {words.take_out}
      </Button>
    </li>
  );
  return (
    <details className={clinic.add}>
      <summary>{words.entries}</summary>
      <h3 className={styles.heading}>{words.weekly}</h3>
      {roster.weekly.length === 0 ? <Empty>{words.no_weekly}</Empty> : null}
      <ul className={clinic.list}>{roster.weekly.map(({ id, duty }) => row(id, words.weekly_row(name(duty.person), day(duty.weekday), duty.from, day(duty.until_weekday), duty.until, duty.time_zone)))}</ul>
      <AddWeekly />
      <h3 className={styles.heading}>{words.dated}</h3>
      {ahead.length === 0 ? <Empty>{words.no_dated}</Empty> : null}
      <ul className={clinic.list}>{ahead.map(({ id, person, from_at, until_at, taken_over }) => row(id, words.dated_row(name(person), dayAndTime(from_at), dayAndTime(until_at), taken_over)))}</ul>
      <ProblemNotice problem={end.error} />
    </details>
  );
}

const EMPTY: WeeklyDuty = { person: '', weekday: 1, from: '20:00', until_weekday: 2, until: '08:00', time_zone: ownZone() };

function AddWeekly() {
  const { leads, own } = useLeads();
  const [draft, setDraft] = useState(EMPTY);
  const add = useCommand<WeeklyDuty>('scheduling', () => '/on-call/weekly');
  const weekdays = DAYS.map((label, at) => ({ value: String(at + 1), label }));
  return (
    <form className={clinic.form} onSubmit={(event) => event.preventDefault()}>
      <div className={clinic.fields}>
        <NativeSelect label={words.person} value={draft.person} error={faultAt(add.error, 'person')} onChange={(event) => setDraft({ ...draft, person: event.currentTarget.value })} data={choices(leads, own)} />
        <NativeSelect label={words.from_day} value={String(draft.weekday)} onChange={(event) => setDraft({ ...draft, weekday: Number(event.currentTarget.value) })} data={weekdays} />
        <label className={clinic.field}>
          {words.from_time}
          <input type="time" className={clinic.time} value={draft.from} onChange={(event) => setDraft({ ...draft, from: event.currentTarget.value })} />
        </label>
        <NativeSelect label={words.until_day} value={String(draft.until_weekday)} onChange={(event) => setDraft({ ...draft, until_weekday: Number(event.currentTarget.value) })} data={weekdays} />
        <label className={clinic.field}>
          {words.until_time}
          <input type="time" className={clinic.time} value={draft.until} onChange={(event) => setDraft({ ...draft, until: event.currentTarget.value })} />
        </label>
      </div>
      {faultAt(add.error, 'from') === null ? null : <p className={styles.fault}>{faultAt(add.error, 'from')}</p>}
      <ProblemNotice problem={add.error} />
      {add.isSuccess ? <p role="status">{words.added}</p> : null}
      <div>
        <Button type="submit" look="quiet" busy={add.isPending} refused={draft.person === '' ? words.whole_weekly : undefined} onClick={() => add.mutate(draft)}>
          {words.add_weekly}
        </Button>
      </div>
    </form>
  );
}
