// How lengths, ages and counts are said. Pure; words come from words/en/time.ts.
import { timeWords } from '../words/en/time';
import { MINUTE, SECOND, secondsBetween, type Micros } from './time';

/** "just now", "40 s ago", "4 min ago", "2 h 5 min ago": every number on a screen has its age beside it. */
export function age(now: Micros, at: Micros): string {
  const seconds = secondsBetween(at, now);
  return seconds < 5 ? timeWords.just_now : timeWords.ago(length(seconds));
}

/** "40 s", "1 min 10 s", "12 min", "2 h 5 min". Seconds only matter below five minutes. */
export function length(seconds: number): string {
  if (seconds < 60) return timeWords.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 5 && seconds % 60 > 0) return `${timeWords.minutes(minutes)} ${timeWords.seconds(seconds % 60)}`;
  if (minutes < 60) return timeWords.minutes(minutes);
  const rest = minutes % 60;
  return rest > 0 ? `${timeWords.hours(Math.floor(minutes / 60))} ${timeWords.minutes(rest)}` : timeWords.hours(Math.floor(minutes / 60));
}

/** The same from a length in microseconds. */
export const lengthOf = (micros: Micros): string => length(Math.max(0, Math.floor(micros / SECOND)));

/** Minutes, whole, of a length in microseconds. */
export const minutesOf = (micros: Micros): number => Math.floor(Math.max(0, micros) / MINUTE);

/** "a", "a and b", "a, b and c". */
export function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${timeWords.and} ${parts.at(-1)}`;
}

/** A number as a link dials it: digits and a leading plus. */
export const dialled = (phone: string): string => `tel:${phone.replace(/[^+\d*#]/g, '')}`;

/** "one", "two" … "nine", then digits: counts inside a sentence. */
export const spelled = (count: number): string => timeWords.numbers[count] ?? String(count);
