// The watchdog speaks from its own origin, so that a silent server does not silence it: `GET {watchdog_url}/beats`, server-sent events.
import { useEffect, useRef, type RefObject } from 'react';
import type { View, WatchdogWord } from '../../lib/watchkeeper';
import type { Host } from '../../lib/watchkeeper-host';

/** A connection that only seems open is opened anew this often while nothing comes. */
const AGAIN_MS = 10_000;
const WORDS: readonly WatchdogWord[] = ['ok', 'silent', 'audit_failing', 'path_broken', 'starting'];

/** The word of one event; null when it is no beat. A word we do not know is still a beat. */
export function wordOf(text: unknown): WatchdogWord | null {
  try {
    const beat: unknown = JSON.parse(String(text));
    if (typeof beat !== 'object' || beat === null || !('state' in beat)) return null;
    return WORDS.find((word) => word === beat.state) ?? 'unknown';
  } catch {
    return null;
  }
}

export function useWatchdog(url: string | null, host: RefObject<Host | null>, dot: View['watchdog']): void {
  const open = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (url === null || url === '' || typeof EventSource === 'undefined') return;
    host.current?.take({ kind: 'watchdog_expected' });
    let source: EventSource | null = null;
    const heard = ({ data }: MessageEvent): void => {
      const word = wordOf(data);
      if (word !== null) host.current?.take({ kind: 'watchdog_heard', word });
    };
    open.current = () => {
      source?.close();
      source = new EventSource(`${url.replace(/\/$/, '')}/beats`);
      source.addEventListener('message', heard);
      source.addEventListener('beat', heard);
    };
    open.current();
    return () => {
      source?.close();
      open.current = () => undefined;
    };
  }, [url, host]);
  const quiet = dot === 'late' || dot === 'lost';
  useEffect(() => {
    if (!quiet) return;
    open.current();
    const timer = setInterval(() => open.current(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [quiet]);
}
