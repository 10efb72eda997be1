// Five sessions in five moments, made from the time the server starts: before, quiet, late, at the end, and overdue without a word.
import { items, form } from './items.mjs';
import { people, session } from './people.mjs';

export const now = () => Date.now() * 1000;
const MIN = 60_000_000;
const started = now();
const { sam, ana, lee, ruiz, noor } = people;

const cast = { patient: sam.person, sitter: ana.person, therapist: lee.person, prescriber: ruiz.person, on_call: noor.person };
const base = (id, phase, minutes, more = {}) => ({
  session: id,
  phase,
  protocol_phase: null,
  phase_since_at: started - 4 * MIN,
  drill: false,
  pace: 1,
  starts_at: started - (minutes ?? 0) * MIN,
  ends_at: started + 210 * MIN,
  dose_at: minutes === null ? null : started - minutes * MIN,
  earliest_discharge_at: minutes === null ? null : started + (120 - minutes) * MIN,
  people: cast,
  here: { patient: true, sitter: true, therapist: minutes !== null },
  ready: { patient: true, sitter: minutes !== null, therapist: minutes !== null },
  offer: null,
  discharge: null,
  end: null,
  ...more,
});

const READY = session('01');
const PEAK = session('02');
const ALARM = session('03');
const RECOVER = session('04');
/** Silent beyond its deadline, and the server has not noticed: only the page itself can. */
const UNNOTICED = session('05');

export const sessions = new Map([
  [READY, base(READY, 'gate', null)],
  [PEAK, base(PEAK, 'dosed', 32, { protocol_phase: 'peak', drill: true })],
  [ALARM, base(ALARM, 'dosed', 48, { protocol_phase: 'peak' })],
  [RECOVER, base(RECOVER, 'recovering', 134, { protocol_phase: 'recover' })],
  [UNNOTICED, base(UNNOTICED, 'dosed', 37, { protocol_phase: 'peak' })],
]);

const DONE = new Set(['PT-ID', 'PT-FOOD', 'PT-FLUID', 'PT-ALC', 'PT-SPO2', 'PT-MUS', 'ST-ADULT', 'ST-SOBER', 'ST-TRAIN', 'ST-AGREE', 'ST-PHONE', 'TH-AV', 'TH-PRIV', 'RX-ELIG', 'RX-DOSE', 'RX-AMB']);
export const checklist = items.map((item) => {
  const done = DONE.has(item.id);
  return { ...item, state: done ? 'yes' : 'open', attested_by: done ? (item.group === 'sitter' ? ana.person : item.group === 'patient' ? sam.person : lee.person) : null, attested_at: done ? started - 12 * MIN : null, expires_at: done ? started + 40 * MIN : null };
});

const OWNER = { patient: sam.person, sitter: ana.person, therapist: lee.person, prescriber: ruiz.person };
const LATE = new Set(['PT-BP', 'RX-CALL', 'TH-STATE']);
export function gate(id) {
  const mine = checklist.filter((item) => item.state !== 'yes' && (id === READY || LATE.has(item.id)));
  const say = ({ id: item, title, why, todo, group, attesters }) => ({ id: item, title, owner_role: attesters[0] ?? group, owner: OWNER[attesters[0] ?? group], why, todo });
  return { open: false, red: mine.filter((item) => item.blocking).map(say), amber: mine.filter((item) => !item.blocking).map(say) };
}

const incident = (id, tail, cause, severity, age_minutes, step, state = 'open') => ({
  id: session(tail),
  session: id,
  cause,
  severity,
  state,
  opened_at: started - age_minutes * MIN,
  step,
  next_step_at: started + 0.6 * MIN,
  acknowledged_by: null,
  acknowledged_until: null,
  resolved_by: null,
  outcome: null,
  sitter: null,
  second_contact: null,
  told: [
    { person: lee.person, step: 1, channel: 'screen', state: 'delivered', at: started - age_minutes * MIN },
    { person: noor.person, step: 2, channel: 'mail', state: 'sent', at: started - (age_minutes - 1) * MIN },
  ],
});

const looks = (minutes) => [5, 15, 25, 35, 45, 55, 65, 80, 95, 115].filter((at) => at < minutes - 3).map((at, index) => ({ sequence: index + 1, severity: index === 2 ? 'watch' : 'ok', answered_at: started - (minutes - at) * MIN, received_at: started - (minutes - at) * MIN + 900_000, id: `look-${at}`, counted: 'in_time', source: 'sitter', person: ana.person, late_micros: 0 }));

function watch(id, minutes, due_in, incidents = [], support = []) {
  const history = looks(minutes);
  return {
    session: id,
    phase: 'watching',
    armed: true,
    drill: false,
    on_call_paged_at: started - 61 * MIN,
    on_call_confirmed_at: started - 60 * MIN,
    next: { sequence: history.length + 1, due_at: started + due_in * MIN, deadline_at: started + (due_in + 2) * MIN, opens_at: started },
    last: history.at(-1) ?? null,
    history,
    missed: incidents.length,
    signs: [],
    pager: null,
    support,
    incidents,
  };
}

export const watches = new Map([
  [READY, { ...watch(READY, 0, 0), phase: 'standing', armed: true, on_call_paged_at: started - 0.6 * MIN, on_call_confirmed_at: null, next: null }],
  [PEAK, watch(PEAK, 32, 2.7)],
  [ALARM, watch(ALARM, 48, -3.2, [incident(ALARM, '91', 'missed_checkin', 'urgent', 1.2, 1)], [{ id: session('81'), asked_at: started - 0.3 * MIN, delivered_at: started - 0.3 * MIN, seen_at: null, seen_by: null }])],
  [RECOVER, watch(RECOVER, 134, 9)],
  [UNNOTICED, watch(UNNOTICED, 37, -2.4)],
]);

/** Ana answers in time wherever nothing is meant to be late, so that a long look at the pages stays a quiet one. */
export function watchOf(id) {
  const one = watches.get(id);
  if (id === PEAK || id === RECOVER) while (one.next.due_at < now()) one.next = { ...one.next, sequence: one.next.sequence + 1, due_at: one.next.due_at + 10 * MIN, deadline_at: one.next.deadline_at + 10 * MIN };
  return { ...one, now_at: now() };
}

const reading = (id, tail, systolic, diastolic, heart_rate, spo2, band, minutes_ago) => ({ record: session(tail), moment: 'during', systolic, diastolic, heart_rate, spo2, respiratory_rate: 14, device: 'upper_arm', symptoms: false, completes_set: id !== READY, band, severity: band === 'green' ? 'ok' : 'watch', taken_at: started - minutes_ago * MIN, recorded_at: started - minutes_ago * MIN, recorded_by: ana.person });
export const vitals = new Map([
  [READY, [reading(READY, '71', 146, 88, 74, 98, 'amber', 3)]],
  [PEAK, [reading(PEAK, '72', 122, 78, 68, 98, 'green', 38), reading(PEAK, '73', 128, 82, 71, 97, 'green', 4)]],
  [ALARM, [reading(ALARM, '74', 121, 77, 66, 98, 'green', 52), reading(ALARM, '75', 148, 92, 88, 96, 'amber', 9)]],
  [UNNOTICED, [reading(UNNOTICED, '79', 124, 80, 70, 98, 'green', 8)]],
  [RECOVER, [reading(RECOVER, '76', 122, 78, 68, 98, 'green', 138), reading(RECOVER, '77', 139, 88, 80, 97, 'green', 95), reading(RECOVER, '78', 126, 80, 70, 98, 'green', 6)]],
]);

const card = { first_name: 'Sam', address: { line1: '1200 Alder Street', line2: 'Apt 4', city: 'Chicago', region: 'IL', postal_code: '60607', country: 'US', entry_notes: 'Blue door, code 4471, second floor', emergency_number: '911' }, confirmed_at: started - 30 * MIN, emergency_number: '911', clinic_phone: '+1 555 0100', medicine: 'Ketamine lozenges', dose: '200 mg', dose_at: started - 32 * MIN, instructions: ['Say the address first.', 'Say: took ketamine under a doctor’s care, T+32 minutes.', 'Stay on the line. Put the phone on speaker.'] };

/** No service answers the sitter's number yet: one session shows the page with it, the others without. */
export const cardOf = (id) => (id === PEAK ? { ...card, sitter_phone: '+1 555 0142' } : card);

export const mailbox = [
  { id: session('61'), to_role: 'prescriber', to_name: 'Noor', subject: 'Look now', text: 'A session needs you. Press the link, then press the button: that says you are on it.', links: ['http://localhost/ack#T1'], sent_at: started - 1 * MIN, incident: session('91') },
  { id: session('62'), to_role: 'coordinator', to_name: 'Cleo', subject: 'Look now', text: 'A session needs you. Nobody has answered yet.', links: ['http://localhost/ack#T2'], sent_at: started - 0.5 * MIN, incident: session('91') },
  { id: session('63'), to_role: 'sitter', to_name: 'Ana', subject: 'Tonight', text: 'Your link for tonight. It works once.', links: ['http://localhost/s#T3'], sent_at: started - 90 * MIN, incident: null },
];

export const trail = (service) =>
  ({
    safety: [[-60, 'arrived', 'patient', sam], [-52, 'vitals_recorded', 'sitter', ana], [-49, 'dose_offered', 'therapist', lee], [-48, 'dose_witnessed', 'sitter', ana]],
    checkins: [[-55, 'on_call_confirmed', 'prescriber', noor], [-43, 'checkin_answered', 'sitter', ana], [-33, 'checkin_answered', 'sitter', ana], [-1, 'incident_opened', null, null]],
    video: [[-58, 'admitted', 'therapist', lee]],
  })[service]?.map(([minutes, action, role, who], index) => ({ at: started + minutes * MIN, service, sequence: index + 1, actor: who?.person ?? null, role, action, resource: null })) ?? [];

export { form };
