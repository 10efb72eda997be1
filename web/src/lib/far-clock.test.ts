import { expect, it } from 'vitest';
import { learnt, passed, serverAt, type FarClock } from './far-clock';
import { SECOND } from './time';

/** Answers a second apart from a server whose clock is 1000 s ahead; the way back takes `from_ms` of the round trip. */
const after = (seconds: number, round_trip_ms: number, from_ms: number, clock: FarClock = [], ahead = 1_000 * SECOND): FarClock => learnt(clock, (seconds * 1_000 - from_ms) * 1_000 + ahead, seconds * 1_000, round_trip_ms);
const wrong_ms = (clock: FarClock, seconds: number, ahead = 1_000 * SECOND): number => Math.abs((serverAt(clock, seconds * 1_000) ?? NaN) - seconds * SECOND - ahead) / 1_000;

it('knows nothing before the first answer', () => {
  expect(serverAt([], 5)).toBeNull();
});

it('believes the answer with the shortest way over later ones', () => {
  const clock = after(3, 900, 800, after(2, 20, 10, after(1, 1_000, 0)));
  expect(wrong_ms(clock, 60)).toBeLessThan(1);
});

it('lets go of an answer after two minutes, because crystals drift', () => {
  const good = after(1, 20, 10);
  // The next one is 40 ms off: within what drift explains, and later.
  const drifted = after(125, 60, 30, good, 1_000 * SECOND + 40_000);
  expect(wrong_ms(drifted, 126, 1_000 * SECOND + 40_000)).toBeLessThan(1);
});

it('believes the newest when the server’s clock was set', () => {
  const clock = after(5, 400, 200, after(4, 20, 10), 940 * SECOND);
  expect(wrong_ms(clock, 6, 940 * SECOND)).toBeLessThan(1);
});

it('guesses over a sleep, and drops the guess at the next answer, however slow', () => {
  const asleep = passed(after(1, 20, 10), 600_000);
  expect(wrong_ms(asleep, 2, 1_600 * SECOND)).toBeLessThan(1);
  // It slept 300 ms longer than the wall clock says.
  expect(wrong_ms(after(3, 800, 400, asleep, 1_600.3 * SECOND), 4, 1_600.3 * SECOND)).toBeLessThan(1);
  // It had not slept: somebody set the wall clock.
  expect(wrong_ms(after(3, 800, 400, asleep), 4)).toBeLessThan(1);
});
