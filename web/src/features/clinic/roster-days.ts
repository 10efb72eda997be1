// A week of the roster, cut into the days that the reader's own clock shows. Some days have 23 or 25 hours.
import type { RosterStretch } from '../../api/types';
import { fromDate, toDate, type Micros } from '../../lib/time';

export interface DayPart {
  stretch: RosterStretch;
  from_at: Micros;
  until_at: Micros;
  /** Where on the day's line it begins, and how long it is, in percent. */
  left: number;
  width: number;
}

export interface RosterDay {
  starts_at: Micros;
  ends_at: Micros;
  parts: DayPart[];
}

/** The midnight before, or `days` later, on this device's clock. */
export function midnight(at: Micros, days = 0): Micros {
  const date = toDate(at);
  return fromDate(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days));
}

/** `count` days from the one that holds `first_at`. */
export function daysOf(stretches: readonly RosterStretch[], first_at: Micros, count: number): RosterDay[] {
  return Array.from({ length: count }, (_, index) => {
    const [starts_at, ends_at] = [midnight(first_at, index), midnight(first_at, index + 1)];
    const share = (at: Micros): number => ((at - starts_at) / (ends_at - starts_at)) * 100;
    const parts = stretches
      .filter((stretch) => stretch.from_at < ends_at && stretch.until_at > starts_at)
      .map((stretch) => {
        const [from_at, until_at] = [Math.max(stretch.from_at, starts_at), Math.min(stretch.until_at, ends_at)];
        return { stretch, from_at, until_at, left: share(from_at), width: share(until_at) - share(from_at) };
      });
    return { starts_at, ends_at, parts };
  });
}

/** The gaps that have not passed yet, the next first. */
export const gapsAhead = (stretches: readonly RosterStretch[], now: Micros): RosterStretch[] => stretches.filter(({ person, until_at }) => person === null && until_at > now);
