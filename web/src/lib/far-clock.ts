// The server's clock, carried on this machine's monotonic clock: nobody can set that one, and no wrong date moves it.
// Pure. The answer with the shortest round trip is the truest; one that contradicts the others is believed over them.
import { MILLISECOND, type Micros } from './time';

/** What one answer taught: server time = monotonic time + offset, give or take `uncertain`. */
interface Sample {
  offset: Micros;
  uncertain: Micros;
  taken_ms: number;
}

export type FarClock = readonly Sample[];

/** 2 min: a crystal is wrong by 12 ms in that time (100 ppm), far below the 250 ms promise. */
const LIFE_MS = 120_000;
/** 2 min of answers at one a second. */
const SAMPLES_MAX = 120;
/** 50 ms: what two crystals may drift apart within a sample's life, with room. More is another clock. */
const DRIFT: Micros = 50 * MILLISECOND;

const agree = (a: Sample, b: Sample): boolean => Math.abs(a.offset - b.offset) <= a.uncertain + b.uncertain + DRIFT;

/** An answer stamped `server_at` came at `received_ms`, `round_trip_ms` after the question. */
export function learnt(clock: FarClock, server_at: Micros, received_ms: number, round_trip_ms: number): FarClock {
  const half_ms = Math.max(0, round_trip_ms) / 2;
  const sample: Sample = { offset: server_at - (received_ms - half_ms) * MILLISECOND, uncertain: half_ms * MILLISECOND, taken_ms: received_ms };
  const still = clock.filter((old) => received_ms - old.taken_ms < LIFE_MS && agree(old, sample));
  return [...still, sample].slice(-SAMPLES_MAX);
}

/** The monotonic clock stood still for `gap_ms` (the machine slept): a guess, until the next answer. */
export function passed(clock: FarClock, gap_ms: number): FarClock {
  const best = truest(clock);
  return best === null ? [] : [{ ...best, offset: best.offset + gap_ms * MILLISECOND, uncertain: Infinity }];
}

/** Server time at a monotonic instant; null before the first answer. */
export function serverAt(clock: FarClock, mono_ms: number): Micros | null {
  const best = truest(clock);
  return best === null ? null : mono_ms * MILLISECOND + best.offset;
}

function truest(clock: FarClock): Sample | null {
  return clock.reduce<Sample | null>((best, sample) => (best === null || sample.uncertain < best.uncertain ? sample : best), null);
}
