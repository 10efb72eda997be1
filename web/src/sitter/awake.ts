// Keeps the phone's screen on during the watch: a dark phone hears no nudge. Where it cannot, the page says so.
import { useEffect, useState } from 'react';

/** Whether the screen may go dark by itself: this browser has no lock, or refuses it, as a low battery does. */
export function useAwake(): boolean {
  const [mayGoDark, setMayGoDark] = useState(!('wakeLock' in navigator));
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    const take = (): void => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      navigator.wakeLock.request('screen').then(
        (given) => {
          lock = given;
          setMayGoDark(false);
        },
        () => setMayGoDark(true),
      );
    };
    document.addEventListener('visibilitychange', take);
    take();
    return () => {
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, []);
  return mayGoDark;
}

/** Shorter than this is a glance at the clock. */
const GLANCE_MS = 5_000;

/** For how long the page was last behind something else, in milliseconds; null when that was never long, or was read. */
export function useHidden(): [number | null, () => void] {
  const [for_ms, setFor] = useState<number | null>(null);
  useEffect(() => {
    let since_ms: number | null = null;
    const turned = (): void => {
      if (document.visibilityState === 'hidden') since_ms = Date.now();
      else if (since_ms !== null && Date.now() - since_ms > GLANCE_MS) setFor(Date.now() - since_ms);
    };
    document.addEventListener('visibilitychange', turned);
    return () => document.removeEventListener('visibilitychange', turned);
  }, []);
  return [for_ms, () => setFor(null)];
}
