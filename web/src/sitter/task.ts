// Which looks ask for a count of breaths: the same draw as the server's (checkins' core, task.rs), for a phone without a line.

/** In a faster drill the grace is shorter than the count takes. */
const PACE_MAX = 6;
/** Two looks in five are drawn; one that follows another drawn one does not ask. */
const DRAWN = 2;
const OF = 5;
export const COUNT_TASK = 'count_breaths';

/** The sixteen bytes of the session's id, and the low 32 bits of the look's number. */
function bytesOf(session: string, sequence: number): number[] {
  const hex = session.replaceAll('-', '') + (sequence >>> 0).toString(16).padStart(8, '0');
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function isDrawn(session: string, sequence: number): boolean {
  const hash = bytesOf(session, sequence).reduce((sum, byte) => Math.imul(sum ^ byte, 16_777_619) >>> 0, 2_166_136_261);
  return ((hash ^ (hash >>> 15)) >>> 0) % OF < DRAWN;
}

/** What a look that the phone plans itself asks for. The first after a dose is never one of those. */
export function taskOf(session: string, sequence: number, pace: number): string | null {
  return pace <= PACE_MAX && isDrawn(session, sequence) && !isDrawn(session, sequence - 1) ? COUNT_TASK : null;
}
