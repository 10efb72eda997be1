// Instants are microseconds UTC, as on the wire. Lengths are microseconds too, unless the name says otherwise.

/** An instant: microseconds since 1970, UTC. */
export type Micros = number;

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;

export const toDate = (at: Micros): Date => new Date(at / MILLISECOND);
export const fromDate = (date: Date): Micros => date.getTime() * MILLISECOND;

/** Whole seconds from `from` to `to`, never below zero. */
export const secondsBetween = (from: Micros, to: Micros): number => Math.max(0, Math.floor((to - from) / SECOND));

/** Whole seconds still to go, rounded up, so that "0:00" means due. */
export const secondsUntil = (now: Micros, at: Micros): number => Math.max(0, Math.ceil((at - now) / SECOND));

const pair = (value: number): string => String(value).padStart(2, '0');

/** "2:41" below an hour, "1:02:41" above. */
export function countdown(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${pair(seconds % 60)}`;
  return hours > 0 ? `${hours}:${pair(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Time since the dose, as everybody on the call says it: "T+00:32". Before the dose: "T−". In a drill, protocol minutes. */
export function tPlus(now: Micros, dose_at: Micros | null, pace = 1): string {
  if (dose_at === null) return 'T−';
  const minutes = Math.floor((Math.max(0, now - dose_at) * pace) / MINUTE);
  return `T+${pair(Math.floor(minutes / 60))}:${pair(minutes % 60)}`;
}

/** The clock on the wall of the person who reads: "21:45", in their zone or the one named. */
export function clockTime(at: Micros, time_zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: time_zone }).format(toDate(at));
}

/** The same to the second, "21:45:12": since when nothing was heard. */
export function clockSeconds(at: Micros, time_zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: time_zone }).format(toDate(at));
}

/** "Tue 1 Dec, 09:00" in the reader's zone or the one named. */
export function dayAndTime(at: Micros, time_zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: time_zone }).format(toDate(at));
}

/** "Tue 1 Dec" in the reader's zone. */
export function dayOf(at: Micros): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).format(toDate(at));
}

/** The zone of this device, as an IANA name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
