// The looks as the phone knows them without a connection. The server's plan wins whenever it is heard.
import { MINUTE, SECOND, type Micros } from '../lib/time';
import type { Waiting } from './outbox';
import type { NextLook, Session, Watch } from './types';

/** Minutes since the dose, and what follows from there (clinical.md §6.1: interval and grace per phase). */
const PHASES = [
  { from: 120, interval: 20, grace: 5 },
  { from: 60, interval: 15, grace: 3 },
  { from: 15, interval: 10, grace: 2 },
  { from: 0, interval: 10, grace: 2 },
] as const;
/** A look may be given this long before it is due, or a third of its turn when turns are short. */
const LEAD: Micros = 60 * SECOND;

/** The look after one that was due at `due_at`, by the standing plan. */
export function plannedAfter({ sequence, due_at, kind }: NextLook, dose_at: Micros, pace: number): NextLook {
  const minutes = Math.round(((due_at - dose_at) * pace) / MINUTE);
  const phase = PHASES.find(({ from }) => minutes >= from) ?? PHASES[PHASES.length - 1]!;
  const next_at = due_at + (phase.interval * MINUTE) / pace;
  return { sequence: sequence + 1, due_at: next_at, deadline_at: next_at + (phase.grace * MINUTE) / pace, kind };
}

const sequenceOf = ({ path, body }: Waiting): number => (path.endsWith('/checkins') ? Number((body as { sequence?: number }).sequence ?? -1) : -1);

/** The look that is still owed: the server's, or the one after those that wait on this phone. */
export function owed(watch: Watch | null, session: Session | null, waiting: readonly Waiting[]): { next: NextLook | null; guessed: boolean } {
  const answered = Math.max(-1, ...waiting.map(sequenceOf));
  let next = watch?.next ?? null;
  let guessed = false;
  while (next !== null && session?.dose_at && next.sequence <= answered) {
    next = plannedAfter(next, session.dose_at, session.pace);
    guessed = true;
  }
  return { next, guessed };
}

export function isTime(now: Micros, next: NextLook | null, from_at: Micros | null): boolean {
  if (next === null) return false;
  const turn = next.due_at - (from_at ?? next.due_at - 10 * MINUTE);
  return now >= next.due_at - Math.min(LEAD, Math.max(0, turn) / 3);
}
