import { useEffect } from 'react';

/** One change a second: nothing blinks faster than that (design.md §3). */
const TURN_MS = 1_000;

/** While there is a sign, the tab's title and the sign take turns; it ends with the title the page had. */
export function useTitleSign(sign: string | null): void {
  useEffect(() => {
    if (sign === null) return;
    const before = document.title;
    const shown = `▲ ${sign}`;
    document.title = shown;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = still ? undefined : setInterval(() => void (document.title = document.title === shown ? before : shown), TURN_MS);
    return () => {
      clearInterval(timer);
      document.title = before;
    };
  }, [sign]);
}
