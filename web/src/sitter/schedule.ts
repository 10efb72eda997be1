// The looks as the phone knows them without a connection. The server's plan wins whenever it is heard.
import { MINUTE, SECOND, type Micros } from '../lib/time';
import type { Waiting } from './outbox';
import { taskOf } from './task';
import type { NextLook, Session, Watch } from './types';

/** Minutes since the dose, and what follows from there (clinical.md §6.1: interval and grace per phase). */
const PEAK = { from: 0, interval: 10, grace: 2 };
const PHASES = [{ from: 120, interval: 20, grace: 5 }, { from: 60, interval: 15, grace: 3 }, PEAK];
/** An answer counts from 2 minutes of protocol time before a look is due (checkins' protocol, `EARLY_MINUTES`). */
const EARLY: Micros = 2 * MINUTE;
/** The page asks this long before. */
const LEAD: Micros = 60 * SECOND;

/** The look after one that was due at `due_at`, by the standing plan. */
export function plannedAfter({ sequence, due_at }: NextLook, dose_at: Micros, pace: number): NextLook {
  const minutes = Math.round(((due_at - dose_at) * pace) / MINUTE);
  const phase = PHASES.find(({ from }) => minutes >= from) ?? PEAK;
  const next_at = due_at + (phase.interval * MINUTE) / pace;
  return { sequence: sequence + 1, due_at: next_at, opens_at: next_at - EARLY / pace, deadline_at: next_at + (phase.grace * MINUTE) / pace };
}

interface LookBody {
  sequence: number;
  answered_at: Micros;
}
const lookOf = ({ path, body }: Waiting): LookBody[] => (path.endsWith('/checkins') ? [body as LookBody] : []);

/** The look that is still owed: the server's, or the one after those that wait on this phone. */
export function owed(watch: Watch | null, session: Session | null, waiting: readonly Waiting[]): { next: NextLook | null; guessed: boolean } {
  const looks = waiting.flatMap(lookOf);
  let next = watch?.next ?? null;
  let guessed = false;
  for (const { sequence, answered_at } of looks) {
    if (next === null || !session?.dose_at || sequence !== next.sequence || answered_at < next.opens_at) continue;
    const planned = plannedAfter(next, session.dose_at, session.pace);
    next = { ...planned, task: taskOf(session.session, planned.sequence, session.pace) };
    guessed = true;
  }
  return { next, guessed };
}

/** The look that nobody took in time is asked for again, until one waits here or the next one is due itself. */
export function asksAgain(watch: Watch | null, waiting: readonly Waiting[], next: NextLook | null, now: Micros): NextLook | null {
  const overdue = watch?.overdue ?? null;
  if (overdue === null || isTime(now, next)) return null;
  return waiting.flatMap(lookOf).some(({ sequence }) => sequence >= overdue.sequence) ? null : overdue;
}

/** Is it time to ask? */
export const isTime = (now: Micros, next: NextLook | null): boolean => next !== null && now >= Math.max(next.opens_at, next.due_at - LEAD);
