// A row's worth, in words and rank. Pure.
import type { BoardRow, Incident, Watch } from '../../api/types';
import { ringState, type RingState } from '../../lib/ring';
import type { Micros } from '../../lib/time';
import type { Tone } from '../../ui/state-badge';
import { boardWords as words } from '../../words/en/board';

export interface RowState {
  row: BoardRow;
  ring: RingState;
  tone: Tone;
  word: string;
  /** Since when it is as it is. */
  since_at: Micros;
  incident: Incident | null;
  /** Every incident that is not closed, the one above first. */
  open: readonly Incident[];
}

const RANK: Record<Tone, number> = { alarm: 0, late: 1, unknown: 2, soon: 3, ok: 4 };
const ENDED = ['discharged', 'closed', 'ended_without_dose', 'withdrawn', 'no_show', 'handed_over'];

export function rowState(row: BoardRow, watch: Watch | undefined, incidents: readonly Incident[], now: Micros, stale: boolean): RowState {
  const open = incidents.filter(({ session, state }) => session === row.session && state !== 'resolved');
  const unowned = open.filter(({ state }) => state === 'open');
  const incident = unowned[0] ?? open[0] ?? null;
  const watched = row.phase === 'dosed' || row.phase === 'recovering';
  const ring = ringState({ now, from_at: watch?.last?.received_at ?? row.dose_at, due_at: watch?.next?.due_at ?? null, deadline_at: watch?.next?.deadline_at ?? null, alarm: unowned.length > 0, stale: stale || (watched && watch === undefined) });
  const base = { row, ring, incident, open: [...open].sort((a, b) => Number(b === incident) - Number(a === incident)) };
  if (incident !== null) return { ...base, tone: incident.state === 'open' ? 'alarm' : 'late', word: words.incidents(open.length), since_at: incident.opened_at };
  if (watched && ring.kind === 'late') return { ...base, tone: 'late', word: words.late, since_at: row.phase_since_at };
  if (watched && (ring.kind === 'grace' || ring.kind === 'soon')) return { ...base, tone: 'soon', word: words.due, since_at: row.phase_since_at };
  if (watched && ring.kind === 'unknown') return { ...base, tone: 'unknown', word: words.not_known, since_at: row.phase_since_at };
  if (row.red > 0 && row.dose_at === null && !ENDED.includes(row.phase)) return { ...base, tone: 'soon', word: words.red(row.red), since_at: row.phase_since_at };
  return { ...base, tone: 'ok', word: words.quiet, since_at: row.phase_since_at };
}

export const worstFirst = (a: RowState, b: RowState): number => RANK[a.tone] - RANK[b.tone] || a.since_at - b.since_at;
