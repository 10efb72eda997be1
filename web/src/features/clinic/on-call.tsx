import { useState } from 'react';
import { useClinicNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import type { RosterStretch } from '../../api/types';
import { useNow } from '../../api/use-now';
import { dayAndTime } from '../../lib/time';
import { toLocal } from '../../lib/zones';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { clinicWords } from '../../words/en/clinic';
import { rosterWords as words } from '../../words/en/roster';
import styles from './on-call.module.css';
import { useRoster } from './queries';
import { gapsAhead, midnight } from './roster-days';
import { RosterEntries } from './roster-entries';
import { RosterWeek, WEEK_DAYS } from './roster-week';
import { TakeOverForm, type Draft } from './take-over-form';

/** Who is on call, a week at a glance; gaps first, for they stop sessions. */
export function OnCallCard() {
  const now = useNow();
  const [weeks, setWeeks] = useState(0);
  const first_at = midnight(now, weeks * WEEK_DAYS);
  const { data, error } = useRoster(first_at, midnight(first_at, WEEK_DAYS));
  const { name } = useClinicNames();
  const [draft, setDraft] = useState<Draft>({ person: '', from: '', from_choice: null, until: '', until_choice: null });
  const someone = (person: string | null): string => name(person, clinicWords.someone);
  const fill = ({ from_at, until_at }: RosterStretch): void => setDraft({ ...draft, from: toLocal(Math.max(from_at, now)), from_choice: null, until: toLocal(until_at), until_choice: null });
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      <ProblemNotice problem={error === null ? null : asProblem(error)} />
      {data === undefined ? error === null ? <Loading>{clinicWords.loading}</Loading> : null : <Gaps gaps={gapsAhead(data.stretches, now)} near_until_at={data.near_until_at} onFill={fill} />}
      {data === undefined ? null : <RosterWeek stretches={data.stretches} first_at={first_at} now={now} near_until_at={data.near_until_at} name={someone} onPick={fill} />}
      <div className={styles.weeks}>
        <Button look="quiet" refused={weeks === 0 ? words.first_week : undefined} onClick={() => setWeeks(weeks - 1)}>
          {words.week_before}
        </Button>
        <Button look="quiet" refused={weeks === LAST_WEEK ? words.last_week : undefined} onClick={() => setWeeks(weeks + 1)}>
          {words.week_after}
        </Button>
      </div>
      <TakeOverForm draft={draft} onDraft={setDraft} />
      {data === undefined ? null : <RosterEntries roster={data} now={now} name={someone} />}
    </Card>
  );
}

/** The server shows two months at most. */
const LAST_WEEK = 7;

/** A gap within three days is red, a later one is coming. */
function Gaps({ gaps, near_until_at, onFill }: { gaps: RosterStretch[]; near_until_at: number; onFill: (gap: RosterStretch) => void }) {
  if (gaps.length === 0) return <StateBadge tone="ok">{words.no_gaps}</StateBadge>;
  return (
    <ul className={styles.gaps} aria-label={words.gaps}>
      {gaps.map((gap) => (
        <li key={gap.from_at} className={styles.gap} data-near={gap.from_at < near_until_at || undefined}>
          <StateBadge tone={gap.from_at < near_until_at ? 'alarm' : 'soon'}>{words.nobody}</StateBadge>
          <span>
            {words.from_until(dayAndTime(gap.from_at), dayAndTime(gap.until_at))} {words.gap_means}
          </span>
          <Button look="quiet" aria-label={words.fill_which(dayAndTime(gap.from_at))} onClick={() => onFill(gap)}>
            {words.fill}
          </Button>
        </li>
      ))}
    </ul>
  );
}
