// How exact lengths are said: milliseconds matter where the bar is a second.
import { length } from '../../lib/format';
import { MILLISECOND, SECOND, type Micros } from '../../lib/time';
import { numbersWords as words } from '../../words/en/safety-numbers';

/** "250 ms", "1.4 s", "1 min 5 s". Rounded up: a number here never looks better than it is. */
export function exactly(micros: Micros): string {
  if (micros < SECOND) return words.milliseconds(Math.ceil(micros / MILLISECOND));
  if (micros < 10 * SECOND) return words.tenths((Math.ceil(micros / (100 * MILLISECOND)) / 10).toFixed(1));
  return length(Math.ceil(micros / SECOND));
}

/** "4.8", rounded up to a tenth, of a hundred. Nothing of nothing. */
export const perCent = (part: number, whole: number): string => (Math.ceil((part / whole) * 1_000) / 10).toFixed(1);
