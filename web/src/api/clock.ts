// The one clock. Server time = this device's time + an offset learnt from every answer (header x-holdspace-now).
// The sample with the shortest round trip is the truest; a jump of the device's own clock throws the samples away.
import { MILLISECOND, SECOND, type Micros } from '../lib/time';

interface Sample {
  offset: Micros;
  round_trip: Micros;
  taken_ms: number;
}

/** 2 min: crystals drift by milliseconds in that time, far below the 250 ms promise (design.md §4). */
const SAMPLE_LIFE_MS = 120_000;
const SAMPLES_MAX = 32;
/** 100 ms between wall clock and monotonic clock means that somebody set the wall clock. */
const JUMP_MS = 100;

let samples: Sample[] = [];
let anchor_ms = Date.now() - performance.now();

function forgetAfterJump(): void {
  const anchor = Date.now() - performance.now();
  if (Math.abs(anchor - anchor_ms) > JUMP_MS) samples = [];
  anchor_ms = anchor;
}

/** Learn from one answer: the device's time before and after, and what the server said in between. */
export function learn(sent_ms: number, received_ms: number, server_at: Micros): void {
  forgetAfterJump();
  const middle = ((sent_ms + received_ms) / 2) * MILLISECOND;
  samples = [...samples.filter((sample) => received_ms - sample.taken_ms < SAMPLE_LIFE_MS), { offset: server_at - middle, round_trip: (received_ms - sent_ms) * MILLISECOND, taken_ms: received_ms }].slice(-SAMPLES_MAX);
}

/** Offset of the server's clock and the uncertainty (half the best round trip); null before the first answer. */
export function offset(): { offset: Micros; uncertain: Micros } | null {
  forgetAfterJump();
  const best = samples.reduce<Sample | null>((least, sample) => (least === null || sample.round_trip < least.round_trip ? sample : least), null);
  return best === null ? null : { offset: best.offset, uncertain: best.round_trip / 2 };
}

let assumed: Micros = 0;

/** What another opening of this page had learnt: better than nothing while there is no connection. */
export function assume(known: Micros): void {
  assumed = known;
}

/** Server time now, in microseconds. Before the first answer: this device's own, put right by what was known last. */
export const serverNow = (): Micros => Date.now() * MILLISECOND + (offset()?.offset ?? assumed);

const listeners = new Set<(now: Micros) => void>();
let timer: ReturnType<typeof setTimeout> | null = null;

// One timer for the whole page, set to the server's next full second: three screens change their digits together.
function arm(): void {
  const into_second = serverNow() % SECOND;
  timer = setTimeout(tick, (SECOND - into_second) / MILLISECOND + 1);
}

function tick(): void {
  const now = serverNow();
  for (const listener of listeners) listener(now);
  if (listeners.size > 0) arm();
  else timer = null;
}

/** Call me once a second, on the server's second. Answers the way to stop. */
export function onTick(listener: (now: Micros) => void): () => void {
  listeners.add(listener);
  if (timer === null) arm();
  return () => void listeners.delete(listener);
}
