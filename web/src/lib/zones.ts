// Time zones of this browser, and wall-clock fields turned into instants.
import { fromDate, ownZone, type Micros } from './time';

/** Every zone the browser knows, the person's own first. */
export function zones(): string[] {
  const own = ownZone();
  const all = Intl.supportedValuesOf('timeZone');
  return [own, ...all.filter((zone) => zone !== own)];
}

/** "2026-12-01T09:00" as written on this device's clock. */
export const fromLocal = (local: string): Micros | null => {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : fromDate(date);
};
