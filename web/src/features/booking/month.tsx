// The month, left: a dot under each day that has a free time. Arrow keys move between days.
import type { KeyboardEvent } from 'react';
import { patientWords } from '../../words/en/patient';
import { dayWords, monthWords, shifted, WEEKDAYS, weeksOf, type Day, type Month as MonthName } from './calendar';
import styles from './booking.module.css';

const words = patientWords.booking;

interface MonthProps {
  month: MonthName;
  free: ReadonlyMap<Day, unknown[]>;
  chosen: Day | null;
  onMonth: (month: MonthName) => void;
  onDay: (day: Day) => void;
}

/** Left and right go to the neighbour that can be chosen, as in any list. */
function move(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const days = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not([disabled])')];
  days[days.findIndex((day) => day === document.activeElement) + step]?.focus();
}

function DayCell({ day, count, chosen, onDay }: { day: Day; count: number; chosen: boolean; onDay: (day: Day) => void }) {
  return (
    <button type="button" className={styles.day} disabled={count === 0} aria-pressed={chosen} aria-label={`${dayWords(day)}, ${count === 0 ? words.none : words.free(count)}`} onClick={() => onDay(day)}>
      {Number(day.slice(8))}
      <span className={styles.dot} data-free={count > 0 || undefined} aria-hidden="true" />
    </button>
  );
}

export function Month({ month, free, chosen, onMonth, onDay }: MonthProps) {
  return (
    <section className={styles.month} aria-label={words.months}>
      <header>
        <button type="button" className={styles.turn} aria-label={words.previous} onClick={() => onMonth(shifted(month, -1))}>
          <span aria-hidden="true">‹</span>
        </button>
        <h2 aria-live="polite">{monthWords(month)}</h2>
        <button type="button" className={styles.turn} aria-label={words.following} onClick={() => onMonth(shifted(month, 1))}>
          <span aria-hidden="true">›</span>
        </button>
      </header>
      <table onKeyDown={move}>
        <thead>
          <tr>
            {WEEKDAYS.map((weekday) => (
              <th key={weekday} scope="col">
                {weekday}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week, index) => (
            <tr key={`${month}${index}`}>
              {week.map((day, place) => (
                <td key={day ?? place}>{day === null ? null : <DayCell day={day} count={free.get(day)?.length ?? 0} chosen={day === chosen} onDay={onDay} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
