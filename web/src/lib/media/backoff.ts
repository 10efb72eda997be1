/** How long to wait before coming in again: at once for a hiccup, never longer than a person waits. */

const STEPS_MS = [100, 300, 1000, 2000];
const LAST_MS = 2000;

/** Milliseconds before attempt `attempt`, counted from 1. */
export function waitBefore(attempt: number): number {
  return STEPS_MS[attempt - 1] ?? LAST_MS;
}
