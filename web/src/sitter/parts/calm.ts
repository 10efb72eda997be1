// A pocket presses in bursts, and whenever the phone wakes. "All well" counts only when nothing else is pressed right
// before or after it, and not in the first moment of a page that just came to the front (product.md §2.7).
import { useEffect, useRef, useState } from 'react';

/** 300 ms: nobody reads and decides in less, and a thumb that means it does not notice the wait. */
const CALM_MS = 300;

/** `calmly` runs what was pressed unless it was pressed in haste; `hasty` says so until the next calm press. */
export function useCalm(): { calmly: (press: () => void) => void; hasty: boolean } {
  const [hasty, setHasty] = useState(false);
  const downs = useRef<[number, number]>([0, 0]);
  const shown_ms = useRef(0);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    const pressed = (): void => {
      downs.current = [downs.current[1], Date.now()];
      if (waiting.current === undefined) return;
      clearTimeout(waiting.current);
      waiting.current = undefined;
      setHasty(true);
    };
    const shown = (): void => {
      if (document.visibilityState === 'visible') shown_ms.current = Date.now();
    };
    document.addEventListener('pointerdown', pressed, { capture: true });
    document.addEventListener('visibilitychange', shown);
    window.addEventListener('pageshow', shown);
    return () => {
      document.removeEventListener('pointerdown', pressed, { capture: true });
      document.removeEventListener('visibilitychange', shown);
      window.removeEventListener('pageshow', shown);
      clearTimeout(waiting.current);
    };
  }, []);
  const calmly = (press: () => void): void => {
    const [before_ms, down_ms] = downs.current;
    const isHasty = waiting.current !== undefined || Math.abs(down_ms - before_ms) < CALM_MS || Math.abs(down_ms - shown_ms.current) < CALM_MS;
    setHasty(isHasty);
    clearTimeout(waiting.current);
    waiting.current = undefined;
    if (isHasty) return;
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      press();
    }, CALM_MS);
  };
  return { calmly, hasty };
}
