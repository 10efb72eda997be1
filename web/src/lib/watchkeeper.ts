// The therapist's page keeps watch by itself when the server falls silent (reliability.md §2.7, §2.8; H-03, H-04).
// Pure: no timer, no clock, no page. Each input comes with both clocks; the outcome is what to draw and what to say.
//
//   heard ─▶ knows the next deadline ──14 s nothing──▶ lost ──heard──▶ back
//                    └──deadline + 5 s, not confirmed──▶ overdue ──confirmed──▶ settled
//   clocks apart, or nobody looked for long ─▶ slept: ask now, judge after `WAKING_MS`
import { learnt, passed, serverAt, type FarClock } from './far-clock';
import { MILLISECOND, SECOND, type Micros } from './time';

/** Both clocks of this machine at one moment: the one nobody can set, and the one on the wall. */
export interface Reading {
  mono_ms: number;
  wall_ms: number;
}

/** What the watchdog says of the engines it listens to. `unknown`: a word that this page does not know. */
export type WatchdogWord = 'ok' | 'silent' | 'audit_failing' | 'path_broken' | 'starting' | 'unknown';

export type Input =
  /** The watch answered. `missed_ats`: since when the server alarms, or alarmed, about looks that were missed. */
  | { kind: 'heard'; age_ms: number; round_trip_ms: number; server_at: Micros; deadline_at: Micros | null; missed_ats: readonly Micros[] }
  /** The server's door is there. It knows nothing of the watch, so this is no answer. */
  | { kind: 'beat' }
  /** There is a watchdog to listen to. */
  | { kind: 'watchdog_expected' }
  | { kind: 'watchdog_heard'; word: WatchdogWord }
  | { kind: 'tick' }
  /** Something happened after which it is wise to look and to ask at once. */
  | { kind: 'looked'; why: 'visible' | 'online' | 'resumed' | 'shown' };

export type Said =
  /** No good answer for 14 s. `since_at`: the last one, by the server's clock; null when there never was one. */
  | { kind: 'lost'; since_at: Micros | null }
  | { kind: 'back'; at: Micros; away_ms: number }
  /** The deadline passed 5 s ago and the server has confirmed neither an answer nor a miss. */
  | { kind: 'overdue'; deadline_at: Micros }
  /** The server has spoken about the overdue look: its own alarm runs, or none is needed. */
  | { kind: 'settled' }
  /** The machine or the page slept: ask now, whatever is under way. */
  | { kind: 'slept'; for_ms: number }
  /** The last answer is getting old: ask now. */
  | { kind: 'ask' };

export type Dot = 'fresh' | 'late' | 'lost';

/** What a page draws. Lengths in milliseconds, instants by the server's clock. */
export interface View {
  server: Dot;
  /** The server's door was heard lately, though the watch may be silent. */
  door_open: boolean;
  silent_ms: number;
  heard_at: Micros | null;
  deadline_at: Micros | null;
  /** To the deadline; negative once it has passed. */
  left_ms: number | null;
  lost: boolean;
  overdue: boolean;
  watchdog: Dot | 'not_set_up';
  watchdog_silent_ms: number;
  watchdog_word: WatchdogWord;
}

export interface State {
  looked: Reading;
  clock: FarClock;
  heard_ms: number;
  heard_at: Micros | null;
  /** When the newest answer was asked for: an older one that was overtaken teaches nothing. */
  answer_asked_ms: number;
  asked_ms: number;
  beat_ms: number | null;
  deadline_at: Micros | null;
  confirmed: boolean;
  lost: boolean;
  /** The deadline after which the server was asked whether the look came. */
  checked: Micros | null;
  /** The deadline that was called overdue. */
  overdue: Micros | null;
  /** Just woken: nothing is judged before this instant, so that the server can be asked first. */
  hold_until_ms: number | null;
  watchdog: { heard_ms: number; word: WatchdogWord } | null;
}

/** reliability.md §2.7: no beat for 15 s is an alarm. The look that notices takes up to a second of them. */
export const LOST_MS = 14_000;
/** Two polls of 5 s without an answer. */
export const LATE_MS = 10_000;
/** reliability.md §2.8: the page fires at D + 5 s without the server's confirmation. */
export const OVERDUE_MS = 5_000;
/** The server notices silence within 2 s of D: asked then, it can still confirm before D + 5 s without any push. */
export const CHECK_MS = 2_000;
/** reliability.md §2.8: clocks more than 3 s apart mean that the machine slept. */
export const SLIP_MS = 3_000;
/** Looks come every second. After 10 s without one the page was frozen, or it slept on a clock that counts sleep. */
const PAUSE_MS = 10_000;
/** With the look that notices (within 1 s) still below the 2 s after waking that row 81 grants. */
export const WAKING_MS = 800;
/** Pages ask every 5 s by themselves. In a hidden tab they are slowed down, and this one asks in their place. */
export const ASK_MS = 6_000;
/** A look missed at D opens its incident at D; a second of room for the server's own rounding. */
const SAME_LOOK: Micros = SECOND;
/** Watchdog: an event every 15 s; late after two are missing, lost after four. */
export const WATCHDOG_LATE_MS = 30_000;
export const WATCHDOG_LOST_MS = 60_000;
/** Beats of the live socket come every 5 s. */
const DOOR_MS = 12_500;
const LOOK_MS = 1_000;

/** The server has alarmed about the look of this deadline, in whatever state its incident is. */
export const isMissKnown = (deadline_at: Micros, missed_ats: readonly Micros[]): boolean => missed_ats.some((at) => at >= deadline_at - SAME_LOOK);

/** How much further the wall clock went than the monotonic one. */
export const slipBetween = (from: Reading, to: Reading): number => to.wall_ms - from.wall_ms - (to.mono_ms - from.mono_ms);

export const begin = (now: Reading): State => ({
  looked: now, clock: [], heard_ms: now.mono_ms, heard_at: null, answer_asked_ms: -Infinity, asked_ms: now.mono_ms, beat_ms: null,
  deadline_at: null, confirmed: false, lost: false, checked: null, overdue: null, hold_until_ms: null, watchdog: null,
});

interface Step {
  state: State;
  said: Said[];
}

/** One input, looked at with both clocks. */
export function step(before: State, input: Input, now: Reading): Step {
  const woken = awake(before, now);
  const taken = take(woken.state, input, now, woken.said.length > 0);
  const judged = judge(taken.state, now);
  const said = [...woken.said, ...taken.said, ...judged.said];
  // One question is enough.
  const asks = said.some(({ kind }) => kind === 'slept') ? said.filter(({ kind }) => kind !== 'ask') : said;
  return { state: judged.state, said: asks };
}

/** Did this machine sleep since the last look? What was counted on the monotonic clock then missed that time. */
function awake(state: State, now: Reading): Step {
  const slip_ms = slipBetween(state.looked, now);
  const pause_ms = now.mono_ms - state.looked.mono_ms;
  const looked = { ...state, looked: now };
  if (slip_ms <= SLIP_MS && pause_ms <= PAUSE_MS) {
    // Somebody set the wall clock back. No time was lost; asking costs nothing.
    return { state: looked, said: slip_ms < -SLIP_MS ? [{ kind: 'ask' }] : [] };
  }
  const gap_ms = slip_ms > SLIP_MS ? slip_ms : 0;
  return {
    state: {
      ...looked,
      clock: gap_ms > 0 ? passed(state.clock, gap_ms) : state.clock,
      heard_ms: state.heard_ms - gap_ms,
      asked_ms: now.mono_ms,
      beat_ms: null,
      watchdog: state.watchdog === null ? null : { ...state.watchdog, heard_ms: state.watchdog.heard_ms - gap_ms },
      // A machine that stutters does not put the judgement off again and again.
      hold_until_ms: state.hold_until_ms ?? now.mono_ms + WAKING_MS,
    },
    said: [{ kind: 'slept', for_ms: Math.max(gap_ms, pause_ms) }],
  };
}

function take(state: State, input: Input, now: Reading, just_woken: boolean): Step {
  switch (input.kind) {
    case 'heard':
      // What arrives with the waking may have been said before the sleep.
      return just_woken ? { state, said: [] } : hear(state, input, now);
    case 'beat':
      return { state: just_woken ? state : { ...state, beat_ms: now.mono_ms }, said: [] };
    case 'watchdog_expected':
      return { state: state.watchdog === null ? { ...state, watchdog: { heard_ms: now.mono_ms, word: 'unknown' } } : state, said: [] };
    case 'watchdog_heard':
      return { state: just_woken ? state : { ...state, watchdog: { heard_ms: now.mono_ms, word: input.word } }, said: [] };
    case 'tick':
      return { state, said: [] };
    case 'looked':
      return { state: { ...state, asked_ms: now.mono_ms }, said: [{ kind: 'ask' }] };
  }
}

function hear(state: State, answer: Extract<Input, { kind: 'heard' }>, now: Reading): Step {
  const received_ms = now.mono_ms - answer.age_ms;
  const answer_asked_ms = received_ms - answer.round_trip_ms;
  if (answer_asked_ms < state.answer_asked_ms) return { state, said: [] };
  const clock = learnt(state.clock, answer.server_at, received_ms, answer.round_trip_ms);
  const heard_at = serverAt(clock, received_ms) ?? answer.server_at;
  const confirmed = answer.deadline_at !== null && isMissKnown(answer.deadline_at, answer.missed_ats);
  const settled = state.overdue !== null && (answer.deadline_at !== state.overdue || confirmed);
  const said: Said[] = [];
  if (state.lost) said.push({ kind: 'back', at: heard_at, away_ms: Math.max(0, received_ms - state.heard_ms) });
  if (settled) said.push({ kind: 'settled' });
  const overdue = settled ? null : state.overdue;
  return { state: { ...state, clock, heard_ms: received_ms, heard_at, answer_asked_ms, deadline_at: answer.deadline_at, confirmed, lost: false, overdue, hold_until_ms: null }, said };
}

function judge(state: State, now: Reading): Step {
  if (state.hold_until_ms !== null && now.mono_ms < state.hold_until_ms) return { state, said: [] };
  const said: Said[] = [];
  const next = { ...state, hold_until_ms: null };
  if (!state.lost && now.mono_ms - state.heard_ms >= LOST_MS) {
    next.lost = true;
    said.push({ kind: 'lost', since_at: state.heard_at });
  }
  const { deadline_at } = state;
  const past_ms = state.confirmed ? null : pastDeadline(state, now);
  if (deadline_at !== null && past_ms !== null && past_ms >= OVERDUE_MS && state.overdue !== deadline_at) {
    next.overdue = deadline_at;
    said.push({ kind: 'overdue', deadline_at });
  }
  const checks = past_ms !== null && past_ms >= CHECK_MS && state.checked !== deadline_at;
  if (checks) next.checked = deadline_at;
  if (checks || now.mono_ms - Math.max(state.heard_ms, state.asked_ms) >= ASK_MS) {
    next.asked_ms = now.mono_ms;
    said.push({ kind: 'ask' });
  }
  return { state: next, said };
}

/** Milliseconds since the deadline; negative before it, null when there is none. */
function pastDeadline({ clock, deadline_at }: State, now: Reading): number | null {
  const at = serverAt(clock, now.mono_ms);
  return at === null || deadline_at === null ? null : (at - deadline_at) / MILLISECOND;
}

/** How long a keeper may wait before it looks again: a second at most, and never past a moment that matters. */
export function nextLookMs(state: State, now: Reading): number {
  const at = serverAt(state.clock, now.mono_ms);
  const waits = [LOOK_MS];
  // On the server's second, so that every screen changes its digits together.
  if (at !== null) waits.push((SECOND - (at % SECOND)) / MILLISECOND + 1);
  const past_ms = pastDeadline(state, now);
  if (past_ms !== null) waits.push(CHECK_MS - past_ms, OVERDUE_MS - past_ms);
  if (state.hold_until_ms !== null) waits.push(state.hold_until_ms - now.mono_ms);
  waits.push(state.heard_ms + LOST_MS - now.mono_ms);
  return Math.max(10, Math.min(...waits.filter((wait) => wait > 0)));
}

export function view(state: State, now: Reading): View {
  const past_ms = pastDeadline(state, now);
  const silent_ms = Math.max(0, now.mono_ms - state.heard_ms);
  const waking = state.hold_until_ms !== null;
  const watchdog_silent_ms = state.watchdog === null ? 0 : Math.max(0, now.mono_ms - state.watchdog.heard_ms);
  return {
    server: state.lost ? 'lost' : silent_ms >= LATE_MS || waking ? 'late' : 'fresh',
    door_open: state.beat_ms !== null && now.mono_ms - state.beat_ms < DOOR_MS,
    silent_ms,
    heard_at: state.heard_at,
    deadline_at: state.deadline_at,
    left_ms: past_ms === null ? null : -past_ms,
    lost: state.lost,
    overdue: state.overdue !== null,
    watchdog: state.watchdog === null ? 'not_set_up' : watchdog_silent_ms >= WATCHDOG_LOST_MS ? 'lost' : watchdog_silent_ms >= WATCHDOG_LATE_MS ? 'late' : 'fresh',
    watchdog_silent_ms,
    watchdog_word: state.watchdog?.word ?? 'unknown',
  };
}
