import { Link } from '@tanstack/react-router';
import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import type { BoardRow, Id, Phase, Role } from '../../api/types';
import { paths } from '../../app/paths';
import { dayAndTime, tPlus } from '../../lib/time';
import { StateBadge } from '../../ui/state-badge';
import { phaseWords } from '../../words/en/phases';
import { homeWords as words } from '../../words/en/home';
import styles from './home.module.css';

const OVER: readonly Phase[] = ['discharged', 'closed', 'ended_without_dose', 'withdrawn', 'no_show', 'handed_over'];

/** Where this row leads, for this person. */
function next(role: Role, row: BoardRow): { to: string; word: string } {
  switch (role) {
    case 'therapist':
      return { to: paths.console(row.session), word: words.open.therapist };
    case 'prescriber':
      return { to: paths.prescriber(row.session), word: words.open.prescriber };
    case 'patient':
      if (OVER.includes(row.phase)) return { to: paths.aftercare(row.session), word: words.open.aftercare };
      return row.phase === 'booked' ? { to: paths.prepare(row.session), word: words.open.prepare } : { to: paths.room(row.session), word: words.open.room };
    case 'sitter':
    case 'coordinator':
    case 'admin':
    case 'auditor':
      return { to: paths.trail(row.session), word: words.open.other };
  }
}

export function SessionRow({ row, name }: { row: BoardRow; name: (person: Id | null) => string }) {
  const { role, time_zone } = useMe();
  const now = useNow();
  const { to, word } = next(role, row);
  const who = role === 'patient' ? name(row.therapist) : name(row.patient);
  const phase = row.protocol_phase === null ? phaseWords.phases[row.phase] : `${tPlus(now, row.dose_at, row.pace)} · ${phaseWords.protocol[row.protocol_phase]}`;
  return (
    <li className={styles.row}>
      <div className={styles.who}>
        <strong>{who}</strong>
        <span>{row.dose_at === null ? words.starts(dayAndTime(row.starts_at, time_zone)) : phase}</span>
      </div>
      <div className={styles.badges}>
        {row.red > 0 && row.dose_at === null && !OVER.includes(row.phase) ? <StateBadge tone="soon">{words.red(row.red)}</StateBadge> : null}
        {row.drill ? <StateBadge tone="unknown">{words.drill}</StateBadge> : null}
      </div>
      <Link to={to} className={styles.go} aria-label={`${word}: ${who}`}>
        {word}
      </Link>
    </li>
  );
}
