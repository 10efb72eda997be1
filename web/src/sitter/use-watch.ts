// The watch as this screen needs it: which look is owed, what the ring says, what should be heard.
import { useEffect, useRef } from 'react';
import { useSilence } from './use-silence';
import { useNow } from '../api/use-now';
import { ringState, type RingState } from '../lib/ring';
import { sound, type Priority } from '../lib/sound';
import { SECOND, type Micros } from '../lib/time';
import type { Incident, SupportRequest } from '../api/types';
import { useStore, useWorld } from './context';
import { asksAgain, isTime, owed } from './schedule';
import type { NextLook } from './types';

/** Unseen by the therapist for this long, a call for support also comes here (product.md §3, item 7). */
const SUPPORT_UNSEEN: Micros = 15 * SECOND;

export interface WatchView {
  now: Micros;
  next: NextLook | null;
  /** The server has not confirmed this time: it is the standing plan. */
  guessed: boolean;
  ring: RingState;
  due: boolean;
  silent: boolean;
  incidents: Incident[];
  support: SupportRequest | null;
}

export function useWatch(): WatchView {
  const { watch, session, offline } = useWorld();
  const store = useStore();
  const now = useNow();
  const silent = useSilence() || offline;
  const plan = owed(watch, session, store.outbox.waiting);
  const again = asksAgain(watch, store.outbox.waiting, plan.next, now);
  const { next, guessed } = again === null ? plan : { next: again, guessed: false };
  const from_at = Math.max(watch?.last?.answered_at ?? 0, session?.dose_at ?? 0) || null;
  const incidents = (watch?.incidents ?? []).filter((incident) => incident.state !== 'resolved');
  const ring = ringState({ now, from_at: next && from_at && from_at < next.due_at ? from_at : null, due_at: next?.due_at ?? null, deadline_at: next?.deadline_at ?? null, alarm: false, stale: false });
  const support = watch?.support.find(({ seen_at, asked_at }) => seen_at === null && now - asked_at > SUPPORT_UNSEEN) ?? null;
  return { now, next, guessed, ring, due: isTime(now, next), silent, incidents, support };
}

/** What the ring's state sounds like: late while there is grace, alarm after it, until this look is answered. */
function priorityOf({ ring, support }: WatchView): Priority | null {
  if (ring.kind === 'late' || ring.kind === 'alarm') return 'alarm';
  if (ring.kind === 'grace' || support !== null) return 'late';
  return null;
}

/** One soft tone 20 s before a look; two tones when it is late; the burst when it is overdue. */
export function useNudge(view: WatchView): void {
  const nudged = useRef<number | null>(null);
  const sequence = view.next?.sequence ?? null;
  const soon = view.ring.kind === 'soon';
  const priority = priorityOf(view);
  useEffect(() => {
    if (!soon || sequence === null || nudged.current === sequence) return;
    nudged.current = sequence;
    sound.play('nudge');
  }, [soon, sequence]);
  useEffect(() => {
    sound.only(priority);
  }, [priority]);
  useEffect(() => () => sound.quiet(), []);
}
