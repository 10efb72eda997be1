import type { Id, RosterStretch } from '../../api/types';
import { clockTime, dayOf, type Micros } from '../../lib/time';
import { rosterWords as words } from '../../words/en/roster';
import styles from './on-call.module.css';
import { daysOf, type DayPart, type RosterDay } from './roster-days';

export const WEEK_DAYS = 7;
/** Shades that two people next to each other do not share, up to this many people. */
const SHADES = 4;

interface RosterWeekProps {
  stretches: RosterStretch[];
  first_at: Micros;
  now: Micros;
  near_until_at: Micros;
  name: (person: Id | null) => string;
  onPick: (stretch: RosterStretch) => void;
}

/** A line a day, from midnight to midnight: who is where the line is filled, nobody where it is red. */
export function RosterWeek({ stretches, first_at, now, near_until_at, name, onPick }: RosterWeekProps) {
  const people = [...new Set(stretches.map(({ person }) => person))].filter((person) => person !== null).sort();
  return (
    <ol className={styles.days} aria-label={words.week}>
      {daysOf(stretches, first_at, WEEK_DAYS).map((day) => (
        <li key={day.starts_at} className={styles.day}>
          <strong className={styles.date}>{dayOf(day.starts_at)}</strong>
          <ul className={styles.line}>
            {day.parts.map((part) => (
              <Part key={part.from_at} part={part} look={lookOf(part.stretch, people, now, near_until_at)} name={name} onPick={onPick} />
            ))}
            <Now day={day} now={now} />
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** A gap that lies behind is a fact, one within three days is an alarm, a later one is coming. */
function lookOf({ person, from_at, until_at }: RosterStretch, people: Id[], now: Micros, near_until_at: Micros): string {
  if (person !== null) return `person-${people.indexOf(person) % SHADES}`;
  if (until_at <= now) return 'gap-past';
  return from_at < near_until_at ? 'gap-near' : 'gap';
}

/** Narrower than this it cannot be pressed, and is shown alone. In percent of a day. */
const PRESSABLE = 8;

/** "Noor, 20:00 to 24:00, taken over from Dr. Kaya": the same words for eyes and ears. */
function Part({ part, look, name, onPick }: { part: DayPart; look: string; name: (person: Id | null) => string; onPick: (stretch: RosterStretch) => void }) {
  const { stretch, from_at, until_at, left, width } = part;
  const who = stretch.person === null ? words.nobody : name(stretch.person);
  const instead = stretch.taken_over && stretch.instead_of !== null && stretch.instead_of !== stretch.person ? words.instead_of(name(stretch.instead_of)) : '';
  const said = words.part(who, clockTime(from_at), clockTime(until_at), instead);
  const seen = { className: styles.pick, 'data-look': look, 'data-taken': stretch.taken_over || undefined, title: said };
  return (
    <li className={styles.part} style={{ left: `${left}%`, width: `${width}%` }}>
      {width < PRESSABLE ? (
        <span {...seen} role="img" aria-label={said} />
      ) : (
        <button {...seen} type="button" aria-label={words.pick(said)} onClick={() => onPick(stretch)}>
          <span aria-hidden="true">{stretch.person === null ? words.gap_mark : who}</span>
        </button>
      )}
    </li>
  );
}

function Now({ day, now }: { day: RosterDay; now: Micros }) {
  if (now < day.starts_at || now >= day.ends_at) return null;
  return <li className={styles.now} aria-hidden="true" style={{ left: `${((now - day.starts_at) / (day.ends_at - day.starts_at)) * 100}%` }} />;
}
