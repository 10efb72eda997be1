import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { asProblem } from '../../api/problems';
import type { Numbers } from '../../api/types';
import { dayAndTime } from '../../lib/time';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { numbersWords as words } from '../../words/en/safety-numbers';
import { ShareMeasure, SpreadMeasure } from './measures';
import { PERIODS, useNumbers, type Period } from './queries';
import styles from './safety-numbers.module.css';

/** How well the clinic's net was held. Every number stands beside what it counts and what it should be. */
export function SafetyNumbersPage() {
  const { clinic_phone } = useMe();
  const [days, setDays] = useState<Period>(PERIODS[0]);
  const { data, error, refetch } = useNumbers(days);
  const choose = (value: string) => setDays(PERIODS.find((period) => String(period) === value) ?? PERIODS[0]);
  return (
    <Page title={words.title} lead={words.lead} width="working">
      <div className={styles.tools}>
        <NativeSelect label={words.period} value={String(days)} onChange={(event) => choose(event.currentTarget.value)} data={PERIODS.map((period) => ({ value: String(period), label: words.days(period) }))} />
        {data === undefined ? null : <p className={styles.muted}>{words.between(dayAndTime(data.since_at), dayAndTime(data.until_at))}</p>}
      </div>
      {error !== null && data === undefined ? <ProblemNotice problem={asProblem(error)} phone={clinic_phone} onAgain={() => void refetch()} /> : null}
      {data === undefined ? error === null ? <Loading>{words.loading}</Loading> : null : null}
      {data === undefined ? null : (
        <>
          <p className={styles.muted}>{words.unapproved}</p>
          <Kind title={words.real} numbers={data.real} />
          <Kind title={words.drills} note={words.drills_apart} numbers={data.drills} />
        </>
      )}
    </Page>
  );
}

function Kind({ title, note, numbers }: { title: string; note?: string; numbers: Numbers }) {
  const { sessions, incidents } = numbers;
  const said = words.measures;
  return (
    <section className={styles.kind} aria-label={title}>
      <header className={styles.title}>
        <h2>{title}</h2>
        <p className={styles.muted}>
          {words.sessions(sessions)} · {words.incidents(incidents)}
        </p>
      </header>
      {note === undefined ? null : <p className={styles.muted}>{note}</p>}
      <div className={styles.measures}>
        <SpreadMeasure said={said.detect} spread={numbers.detect} judged="p99" sessions={sessions} />
        <SpreadMeasure said={said.screen} spread={numbers.screen} judged="p99" sessions={sessions} />
        <SpreadMeasure said={said.page} spread={numbers.page} judged="p99" sessions={sessions} />
        <SpreadMeasure said={said.acknowledge} spread={numbers.acknowledge} judged="p95" sessions={sessions} />
        <SpreadMeasure said={said.resolve} spread={numbers.resolve} judged="p95" sessions={sessions} />
        <ShareMeasure said={said.missed} share={numbers.missed} sessions={sessions} />
        <ShareMeasure said={said.false_alarms} share={numbers.false_alarms} of={words.sessions} sessions={sessions} />
        <ShareMeasure said={said.pager} share={numbers.pager} of={words.sessions} sessions={sessions} />
      </div>
    </section>
  );
}
