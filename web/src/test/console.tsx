// The console's world: Sam's session under way at T+32, Ana sits, Dr. Lee leads, Noor is on call.
import type { Incident, Me, Session, Watch } from '../api/types';
import { ConsolePage } from '../features/console/console-page';
import { lee, serve, show } from './house';

export const now = Date.now() * 1000;
export const minutes = (count: number) => count * 60_000_000;

export const session: Session = {
  session: 's', phase: 'dosed', protocol_phase: 'peak', phase_since_at: now, drill: false, pace: 1, starts_at: now, ends_at: now, dose_at: now - minutes(32), earliest_discharge_at: now + minutes(88),
  people: { patient: 'sam', sitter: 'ana', therapist: 'lee', prescriber: 'ruiz', on_call: 'noor' },
  here: { patient: true, sitter: true, therapist: true }, ready: { patient: true, sitter: true, therapist: true }, offer: null, discharge: null, end: null, now_at: now,
};
export const watch: Watch = {
  session: 's', phase: 'watching', armed: true, drill: false, on_call_paged_at: now, on_call_confirmed_at: now, pager: null, next: { sequence: 4, due_at: now + minutes(3), opens_at: now, deadline_at: now + minutes(5) },
  overdue: null, last: null, history: [], missed: 0, support: [], incidents: [], signs: [], now_at: now,
};
export const silent: Incident = { id: 'i', session: 's', cause: 'missed_checkin', severity: 'urgent', state: 'open', opened_at: now, step: 1, next_step_at: now + minutes(1), acknowledged_by: null, acknowledged_until: null, resolved_by: null, outcome: null, sitter: null, second_contact: null, told: [] };
const people = [
  { person: 'sam', role: 'patient', first_name: 'Sam', duty: null },
  { person: 'ana', role: 'sitter', first_name: 'Ana', duty: null },
  { person: 'lee', role: 'therapist', first_name: 'Dr. Lee', duty: null },
  { person: 'noor', role: 'prescriber', first_name: 'Noor', duty: 'on_call' },
];

/** The session under way; what differs is given. */
export function open(changed: { session?: Partial<Session>; watch?: Partial<Watch>; more?: Record<string, unknown>; me?: Partial<Me> } = {}) {
  const calls = serve({
    'GET /safety/sessions/s': { ...session, ...changed.session },
    'GET /checkins/sessions/s/watch': { ...watch, ...changed.watch },
    'GET /safety/sessions/s/vitals': [],
    'GET /identity/sessions/s/people': people,
    'GET /video/sessions/s/room': { waiting: [{ person: 'sam', since_at: now, device_check: null }], present: [] },
    'GET /safety/sessions/s/checklist': [],
    'GET /safety/sessions/s/gate': { open: true, red: [], amber: [] },
    'GET /identity/sessions/s/second-contact': { standing: 'none', person: null, first_name: null, phone: null, asked_at: null, answered_at: null },
    'GET /identity/sessions/s/presence-code': { code: '482913', expires_at: now },
    ...changed.more,
  });
  show(ConsolePage, { path: '/console/$session', at: '/console/s', me: { ...lee, ...changed.me } });
  return calls;
}
