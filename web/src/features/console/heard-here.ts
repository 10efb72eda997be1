// Whether the alarm was heard on this screen: one that nobody can hear may not lead a session (H-04).
import { useSyncExternalStore } from 'react';

const nameOf = (session: string): string => `holdspace.heard.${session}`;
const waiting = new Set<() => void>();

/** Somebody heard it. It holds as long as this tab lives: a reload is the same screen. */
export function noteHeard(session: string): void {
  sessionStorage.setItem(nameOf(session), '1');
  for (const tell of waiting) tell();
}

export function useHeardHere(session: string): boolean {
  return useSyncExternalStore(onHeard, () => sessionStorage.getItem(nameOf(session)) !== null);
}

function onHeard(tell: () => void): () => void {
  waiting.add(tell);
  return () => void waiting.delete(tell);
}
