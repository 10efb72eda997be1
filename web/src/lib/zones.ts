// Time zones of this browser, and wall-clock fields turned into instants.
import { fromDate, ownZone, toDate, type Micros } from './time';

/** Every zone the browser knows, the person's own first. */
export function zones(): string[] {
  const own = ownZone();
  const all = Intl.supportedValuesOf('timeZone');
  return [own, ...all.filter((zone) => zone !== own)];
}

const pair = (value: number): string => String(value).padStart(2, '0');

/** An instant as this device's clock shows it, for a field: "2026-12-01T09:00". */
export function toLocal(at: Micros): string {
  const date = toDate(at);
  return `${date.getFullYear()}-${pair(date.getMonth() + 1)}-${pair(date.getDate())}T${pair(date.getHours())}:${pair(date.getMinutes())}`;
}

/** "2026-12-01T09:00" as written on this device's clock. */
export const fromLocal = (local: string): Micros | null => {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : fromDate(date);
};
