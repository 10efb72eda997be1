// The mark: a ring that drains clockwise to the next due look (design.md §4).
// State and geometry only, so that the staff pages and the sitter's page draw the same ring.
import { SECOND, type Micros } from './time';

/** What a ring says. `unknown` is not `waiting`: it never looks like all is well. */
export type RingKind = 'idle' | 'waiting' | 'soon' | 'grace' | 'late' | 'alarm' | 'unknown';

/** What a ring is drawn from. */
export interface RingInput {
  now: Micros;
  /** When this turn began: the last look, or the dose. */
  from_at: Micros | null;
  due_at: Micros | null;
  deadline_at: Micros | null;
  /** An open incident nobody has in hand. */
  alarm: boolean;
  /** Nothing fresh from the server: what we know may be wrong. */
  stale: boolean;
}

export interface RingState {
  kind: RingKind;
  /** What is left of the turn, 1 → 0. */
  left: number;
  /** What is left of the grace, 1 → 0; null when no grace is running. */
  grace_left: number | null;
  /** To the due look; negative once it has passed. */
  until: Micros | null;
}

/** 20 s: design.md §4, the ring turns to "soon". A turn shorter than a minute uses a third of itself. */
const SOON: Micros = 20 * SECOND;

const share = (part: number, whole: number): number => (whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole)));

export function ringState({ now, from_at, due_at, deadline_at, alarm, stale }: RingInput): RingState {
  if (due_at === null) return { kind: stale ? 'unknown' : alarm ? 'alarm' : 'idle', left: alarm ? 1 : 0, grace_left: null, until: null };
  const turn = due_at - (from_at ?? due_at - 10 * 60 * SECOND);
  const left = share(due_at - now, turn);
  const until = due_at - now;
  const running = now >= due_at && deadline_at !== null && now < deadline_at;
  const grace_left = running ? share(deadline_at - now, deadline_at - due_at) : null;
  const kind = alarm ? 'alarm' : stale ? 'unknown' : kindAt(until, turn, running);
  return { kind, left: kind === 'alarm' || kind === 'late' ? 1 : left, grace_left, until };
}

function kindAt(until: Micros, turn: Micros, in_grace: boolean): RingKind {
  if (in_grace) return 'grace';
  if (until <= 0) return 'late';
  return until <= Math.min(SOON, turn / 3) ? 'soon' : 'waiting';
}

export interface Arc {
  radius: number;
  width: number;
  dasharray: string;
  dashoffset: string;
}

export interface RingShape {
  size: number;
  centre: number;
  track: Arc;
  /** Drains clockwise: the gap opens at twelve o'clock. */
  left: Arc;
  grace: Arc | null;
}

const arc = (radius: number, width: number, left: number): Arc => {
  const around = 2 * Math.PI * radius;
  return { radius, width, dasharray: `${(left * around).toFixed(2)} ${around.toFixed(2)}`, dashoffset: (-(1 - left) * around).toFixed(2) };
};

/** Circles to draw, in a `size` × `size` box turned −90°, so that they start at the top. */
export function ringShape(state: RingState, size: number): RingShape {
  const width = Math.max(3, size / 14);
  const radius = size / 2 - width / 2 - 1;
  const inner = radius - width * 1.4;
  return {
    size,
    centre: size / 2,
    track: arc(radius, width, 1),
    left: arc(radius, width, state.left),
    grace: state.grace_left === null ? null : arc(inner, Math.max(2, width / 2.5), state.grace_left),
  };
}
