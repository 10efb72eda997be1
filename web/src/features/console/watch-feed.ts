// Every answer of the watch passes here on its way to the page, so that the watchkeeper learns the server's clock from it.
import { get } from '../../api/client';
import type { Watch } from '../../api/types';
import type { Answer } from '../../lib/watchkeeper-host';
import { bothClocks } from '../../lib/watchkeeper-runner';

/** 4 s, less than the time between two polls: a question that hangs makes room for the next. */
const PATIENCE_MS = 4_000;
/** What opens an incident at the deadline itself. Others say nothing about the look. */
const MISSES = ['missed_checkin', 'next_morning'];

const listeners = new Map<string, Set<(answer: Answer) => void>>();
const latest = new Map<string, Answer>();

/** Ask for the watch, and tell whoever listens what came and when. */
export async function askWatch(session: string, signal: AbortSignal): Promise<Watch> {
  const asked = bothClocks();
  const watch = await get<Watch>(`/checkins/sessions/${session}/watch`, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
  const missed_ats = watch.incidents.filter(({ cause }) => MISSES.includes(cause)).map(({ opened_at }) => opened_at);
  const answer: Answer = { asked, received: bothClocks(), heard: { server_at: watch.now_at, deadline_at: watch.next?.deadline_at ?? null, missed_ats } };
  latest.set(session, answer);
  for (const listener of listeners.get(session) ?? []) listener(answer);
  return watch;
}

/** Call me for every answer about this session, the latest one first. */
export function onWatchAnswer(session: string, listener: (answer: Answer) => void): () => void {
  const known = listeners.get(session) ?? new Set();
  listeners.set(session, known.add(listener));
  const last = latest.get(session);
  if (last !== undefined) listener(last);
  return () => {
    known.delete(listener);
    // Nobody listens any more: what was said then is no news to the next who does.
    if (known.size === 0) latest.delete(session);
  };
}
