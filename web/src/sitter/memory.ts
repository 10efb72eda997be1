// What this phone keeps when the page is closed: drafts, the queue, the last known state.
import { forgetKeys } from './signing';

const PREFIX = 'holdspace.sitter.';

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or refused: the page still works, it only forgets on reload.
  }
}

/** Leaves nothing about anybody on the phone once the watch is over. */
export function forgetAll(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  forgetKeys();
}
