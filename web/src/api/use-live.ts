import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { onTick } from './clock';
import { SILENCE_MS, silentFor } from './heard';
import { live, type LiveStatus } from './live';
import { refresh } from './queries';

/** Keep the page's answers fresh while it is shown: events by the socket. Call once, at the top. */
export function useLiveFeed(enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    const forget = live.onChanged((event) => refresh(client, event));
    live.start();
    return () => {
      forget();
      live.stop();
    };
  }, [client, enabled]);
}

export const useLiveStatus = (): LiveStatus => useSyncExternalStore((told) => live.onStatus(told), () => live.status);

/** True when the server has said nothing for 15 s by any road: what the page shows may be old. */
export function useSilence(): boolean {
  const [silent, setSilent] = useState(false);
  useEffect(() => onTick(() => setSilent(silentFor() > SILENCE_MS)), []);
  return silent;
}
