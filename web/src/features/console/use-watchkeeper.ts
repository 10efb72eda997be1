// The console's own watch: what the server last said, kept by the clock nobody can set, and what follows from silence.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { live } from '../../api/live';
import { refresh } from '../../api/queries';
import { notice } from '../../lib/notice';
import type { Micros } from '../../lib/time';
import { begin, view as viewOf, type Said, type View } from '../../lib/watchkeeper';
import { startWatchkeeper, type Host } from '../../lib/watchkeeper-host';
import { bothClocks } from '../../lib/watchkeeper-runner';
import { watchkeeperWords as words } from '../../words/en/watchkeeper';
import { watchKey } from './queries';
import { onWatchAnswer } from './watch-feed';
import { useWatchdog } from './use-watchdog';

export interface Back {
  at: Micros;
  away_ms: number;
}

export interface Keeper {
  view: View;
  /** This page alone keeps watch, and somebody must act: the band stands. */
  alone: boolean;
  /** And nobody has said yet that they hear it. */
  sounding: boolean;
  hush: () => void;
  /** Monitoring came back, and nobody has read so yet. */
  back: Back | null;
  readBack: () => void;
}

const firstView = (): View => {
  const now = bothClocks();
  return viewOf(begin(now), now);
};

/** What the band stands for, one word each: pressed once, a word is quiet; a new one sounds again. */
const reasons = ({ lost, overdue, heard_at, deadline_at }: View): string[] => [...(lost ? [`lost ${heard_at}`] : []), ...(overdue ? [`overdue ${deadline_at}`] : [])];

/** `monitored`: somebody relies on the watch. Before that and after, silence is shown on the dot only. */
export function useWatchkeeper(session: string, monitored: boolean, watchdog_url: string | null): Keeper {
  const client = useQueryClient();
  const host = useRef<Host | null>(null);
  const takeNotice = useRef<() => void>(() => undefined);
  const [view, setView] = useState<View>(firstView);
  const [back, setBack] = useState<Back | null>(null);
  const [hushed, setHushed] = useState<string[]>([]);

  const act = useCallback(
    (said: Said): void => {
      switch (said.kind) {
        case 'lost':
        case 'overdue':
          if (monitored) takeNotice.current = notice(said.kind === 'lost' ? words.notice_lost : words.notice_overdue, words.notice_body);
          return;
        case 'back':
          takeNotice.current();
          setBack({ at: said.at, away_ms: said.away_ms });
          return;
        case 'settled':
          takeNotice.current();
          return;
        case 'slept':
          refresh(client, { what: '*', session: null });
          return;
        case 'ask':
          void client.refetchQueries({ queryKey: watchKey(session) });
      }
    },
    [client, session, monitored],
  );
  const acts = useRef(act);
  useEffect(() => void (acts.current = act), [act]);

  useEffect(() => {
    const keeper = startWatchkeeper(({ said, view: seen }) => {
      setView(seen);
      for (const one of said) acts.current(one);
    });
    host.current = keeper;
    const forget = [onWatchAnswer(session, keeper.hear), live.onBeat(() => keeper.take({ kind: 'beat' })), onWaking(keeper)];
    return () => {
      for (const leave of forget) leave();
      keeper.stop();
      host.current = null;
      takeNotice.current();
    };
  }, [session]);
  useWatchdog(watchdog_url, host, view.watchdog);

  const standing = reasons(view);
  const alone = monitored && standing.length > 0;
  const sounding = alone && standing.some((reason) => !hushed.includes(reason));
  const key = standing.join();
  return useMemo(
    () => ({ view, alone, sounding, hush: () => setHushed(key.split(',')), back: monitored ? back : null, readBack: () => setBack(null) }),
    [view, alone, sounding, key, back, monitored],
  );
}

/** Every sign that the page is awake again: look at once, do not wait for the second. */
function onWaking(keeper: Host): () => void {
  const shown = (): void => keeper.take({ kind: 'looked', why: 'shown' });
  const online = (): void => keeper.take({ kind: 'looked', why: 'online' });
  const resumed = (): void => keeper.take({ kind: 'looked', why: 'resumed' });
  const visible = (): void => {
    if (document.visibilityState === 'visible') keeper.take({ kind: 'looked', why: 'visible' });
  };
  window.addEventListener('pageshow', shown);
  window.addEventListener('online', online);
  document.addEventListener('resume', resumed);
  document.addEventListener('visibilitychange', visible);
  return () => {
    window.removeEventListener('pageshow', shown);
    window.removeEventListener('online', online);
    document.removeEventListener('resume', resumed);
    document.removeEventListener('visibilitychange', visible);
  };
}
