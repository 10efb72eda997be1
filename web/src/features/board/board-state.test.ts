import { expect, it } from 'vitest';
import type { BoardRow, Incident } from '../../api/types';
import { rowState, worstFirst } from './board-state';

const row = (session: string, changed: Partial<BoardRow> = {}): BoardRow => ({ session, phase: 'gate', protocol_phase: null, starts_at: 0, phase_since_at: 0, dose_at: null, drill: false, pace: 1, red: 0, open_items: 0, patient: 'sam', therapist: 'lee', sitter: null, on_call: 'noor', ...changed });
const incident = (session: string, state: Incident['state']): Incident => ({ id: session, session, cause: 'alarm', severity: 'urgent', state, opened_at: 0, step: 1, next_step_at: null, acknowledged_by: null, acknowledged_until: null, resolved_by: null, outcome: null, sitter: null, second_contact: null, told: [] });

it('puts the unowned incident first, the owned one next, the quiet session last', () => {
  const incidents = [incident('owned', 'acknowledged'), incident('unowned', 'open')];
  const states = [row('quiet'), row('missing', { red: 2 }), row('owned'), row('unowned')].map((one) => rowState(one, undefined, incidents, 0, false));
  expect(states.sort(worstFirst).map(({ row: { session } }) => session)).toEqual(['unowned', 'owned', 'missing', 'quiet']);
});

it('says every open incident of a session, the one that waits first', () => {
  const incidents = [{ ...incident('s', 'acknowledged'), id: 'a' }, { ...incident('s', 'open'), id: 'b' }, { ...incident('s', 'resolved'), id: 'c' }];
  expect(rowState(row('s'), undefined, incidents, 0, false).open.map(({ id }) => id)).toEqual(['b', 'a']);
});

it('shows a dosed session without a watch as not known, never as quiet', () => {
  expect(rowState(row('s', { phase: 'dosed', dose_at: 0 }), undefined, [], 1, false).tone).toBe('unknown');
});
