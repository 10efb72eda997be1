// What the sitter and the patient see at one moment: a scene is a set of answers, path by path.
// Used by e2e/bedside-shots.mjs through page.route; nothing here is served.
import { people, session } from './people.mjs';

export const S = session('51');
export const now = () => Date.now() * 1000;
const MIN = 60e6;

const form = {
  version: '1',
  questions: [
    ['CI-BR', 'Watch the chest for 15 seconds. How is the breathing?', 'Slow or noisy breath is the first sign that the airway needs help.', 'Breathing', [['easy', 'Regular and easy', 'ok', null], ['noisy', 'Snoring, noisy or slow', 'urgent', 'Tilt the head back a little, or roll Sam on the side. Look again in 1 minute.'], ['none', 'Pauses, gasps or none', 'emergency', 'Call now.']]],
    ['CI-COL', 'What colour are the lips and the face?', 'Colour shows if enough oxygen arrives.', 'Colour', [['normal', 'Normal', 'ok', null], ['pale', 'Pale, grey or sweaty', 'urgent', 'Roll on the side. Stay.'], ['blue', 'Blue or grey lips', 'emergency', 'Call now.']]],
    ['CI-RESP', 'Say the name quietly. What happens?', 'It shows how deep the rest is.', 'Answer', [['yes', 'Eyes, words or a nod', 'ok', null], ['shake', 'Only when shaken', 'urgent', 'Roll on the side. Stay.'], ['none', 'Nothing', 'emergency', 'Call now.']]],
    ['CI-VOM', 'Is Sam feeling sick?', 'On the side, nothing can go down the wrong way.', 'Sick', [['no', 'No', 'ok', null], ['sick', 'Feels sick', 'watch', 'Put the basin near. Keep the head on the side.'], ['more', 'Sick more than once', 'urgent', 'On the side, mouth down.']]],
    ['CI-MOV', 'Does Sam try to stand or walk?', 'Falls happen when people stand too soon.', 'Moving', [['still', 'Lies still', 'ok', null], ['restless', 'Restless, sitting up', 'watch', 'Sit close. Speak softly.'], ['stands', 'Stands up alone', 'urgent', 'Hold both hands. Help Sam sit.']]],
  ].map(([id, text, why, short, answers], index) => ({ id, text, why, short, always: index < 3, answers: answers.map(([value, label, severity, todo]) => ({ value, label, severity, todo })) })),
};
const item = (id, title, why, todo, state = 'yes') => ({ id, group: 'sitter', title, why, todo, blocking: true, attesters: ['sitter'], method: 'own', state, declined_by: [], answers: [], attested_by: null, attested_at: null, expires_at: null });
const agreement = {
  kind: 'sitter_agreement', version: '1', title: 'Sitter agreement', sha256: 'x', signed_at: null, questions: [],
  text: 'You stay in the home and awake until the hand-over is done.\n\nYou look when this page asks, and you say what you see.\n\nYou never give a dose.\n\nYou touch only as you both agreed before.\n\nYou keep what you see and hear to yourself.\n\nYou may call the emergency number at any time, without asking anyone.',
};
const questions = [
  ['T1', 'Sam does not wake when you shake the shoulder. What comes first?', ['I call the emergency number', 'I write to the therapist', 'I wait five minutes']],
  ['T3', 'Sam cries quietly. What do you do?', ['I stay near and quiet', 'I wake Sam', 'I call an ambulance']],
].map(([id, text, choices]) => ({ id, text, choices }));
const card = {
  first_name: 'Sam', address: { line1: '12 Elm Street', line2: 'Apt 4', city: 'Chicago', region: 'IL', postal_code: '60614', country: 'US', entry_notes: 'Door code 4821, third floor, left', emergency_number: '911' },
  confirmed_at: now() - 50 * MIN, emergency_number: '911', clinic_phone: '+1 555 0100', medicine: 'Ketamine, lozenges', dose: '200 mg', dose_at: now() - 32 * MIN, instructions: [],
};

function base() {
  return {
    me: { person: people.ana.person, role: 'sitter', first_name: 'Ana', clinic: 'c', clinic_name: 'Lantern House', clinic_phone: '+1 555 0100', time_zone: 'America/Chicago', session: S, presence: true, demo: false },
    session: {
      session: S, phase: 'gate', protocol_phase: null, phase_since_at: now() - 5 * MIN, drill: false, pace: 1, starts_at: now() + 20 * MIN, ends_at: now() + 240 * MIN, dose_at: null, earliest_discharge_at: null,
      people: { patient: people.sam.person, sitter: people.ana.person, therapist: people.lee.person, prescriber: people.ruiz.person, on_call: people.noor.person },
      ready: { patient: true, sitter: true, therapist: false }, offer: null, discharge: null, end: null, now_at: now(),
    },
    people: Object.values(people), consents: [{ ...agreement, signed_at: 1 }], training: { questions, passed_at: 1 },
    checklist: [item('ST-PHONE', 'Phone', '', ''), item('ST-SOBER', 'You are sober and stay sober until the end.', 'A clear head notices trouble in time.', 'If you had anything, say so now and choose another day.')],
    gate: { open: false, red: [{ id: 'TH-PLANB', title: 'Both phone numbers were dialled once.', owner_role: 'therapist', owner: null, why: '', todo: 'Dr. Lee calls you once.' }], amber: [] },
    watch: { session: S, phase: 'standing', armed: false, on_call_confirmed_at: null, next: null, overdue: null, last: null, history: [], missed: 0, support: [], incidents: [], signs: [], now_at: now() },
    form, card: { ...card, dose_at: null },
  };
}
function dosed(due_in, change = {}) {
  const world = base();
  Object.assign(world.session, { phase: 'dosed', protocol_phase: 'peak', dose_at: now() - 32 * MIN });
  world.card = card;
  Object.assign(world.watch, {
    phase: 'watching', armed: true, next: { sequence: 4, due_at: now() + due_in, opens_at: now() + due_in - 2 * MIN, deadline_at: now() + due_in + 2 * MIN },
    last: { sequence: 3, severity: 'ok', answered_at: now() - 7 * MIN, received_at: now() - 7 * MIN, late_by: 0 },
  }, change);
  return world;
}
const incident = (state, cause = 'missed_checkin') => ({
  id: 'i1', session: S, cause, severity: 'urgent', state, opened_at: now() - 70e6, step: 1, next_step_at: now() + 50e6, acknowledged_by: state === 'open' ? null : people.lee.person, acknowledged_until: null, resolved_by: null, outcome: null, sitter: null, second_contact: null,
  told: [{ step: 0, person: people.lee.person, channel: 'screen', state: 'delivered', at: now() - 69e6 }, { step: 1, person: people.noor.person, channel: 'mail', state: 'accepted', at: now() - 10e6 }],
});

const change = (world, changes) => Object.assign(world, changes);
export const sitterScenes = {
  'link': () => ({ signed_out: true }),
  'agreement': () => change(base(), { consents: [agreement] }),
  'training': () => change(base(), { training: { questions, passed_at: null } }),
  'phone-test': () => change(base(), { checklist: [item('ST-PHONE', 'Phone', '', '', 'open')] }),
  'presence': () => { const world = base(); world.me.presence = false; return world; },
  'checklist': () => { const world = base(); world.checklist.push(item('PT-HAZ', 'Candles are out, the stove is off, stairs are closed.', 'Balance and judgement are gone for a while.', 'Walk through the rooms once and put each thing right.', 'open')); return world; },
  'ready': () => { const world = base(); world.session.ready.sitter = false; return world; },
  'waiting': base,
  'witness': () => { const world = base(); Object.assign(world.session, { phase: 'dosing_offered', offer: { by: people.lee.person, until_at: now() + 21e6 } }); return world; },
  'watch-rest': () => dosed(161e6),
  'watch-look': () => dosed(12e6),
  'watch-grace': () => dosed(-40e6),
  'watch-late': () => dosed(-150e6, { incidents: [incident('open')] }),
  'watch-held': () => dosed(-150e6, { incidents: [incident('acknowledged')] }),
  'watch-support': () => dosed(161e6, { support: [{ id: 's1', asked_at: now() - 20e6, delivered_at: now() - 19e6, seen_at: null, seen_by: null }] }),
  'handover': () => { const world = dosed(600e6); Object.assign(world.session, { phase: 'recovering', protocol_phase: 'recover', dose_at: now() - 130 * MIN, discharge: { proposed_at: now(), accepted_at: null } }); return world; },
  'after': () => { const world = dosed(52 * MIN, { phase: 'aftercare' }); Object.assign(world.session, { phase: 'discharged', protocol_phase: null }); return world; },
  'closed': () => { const world = dosed(0, { phase: 'closed', next: null }); world.session.phase = 'closed'; return world; },
};

/** The answer of a scene to one request: [status, body]. */
export function sitterAnswer(world, method, path, body) {
  if (world.signed_out) return [401, { code: 'identity.signed_out', title: 'Signed out', detail: 'Open your link again.' }];
  if (method === 'POST') return posted(world, path, body);
  const parts = { '/identity/me': world.me, [`/safety/sessions/${S}`]: world.session, [`/checkins/sessions/${S}/watch`]: world.watch, [`/safety/sessions/${S}/checklist`]: world.checklist, [`/safety/sessions/${S}/gate`]: world.gate, [`/safety/consents?session=${S}`]: world.consents, [`/safety/sessions/${S}/training`]: world.training, '/checkins/form': world.form, [`/safety/sessions/${S}/emergency-card`]: world.card, [`/identity/sessions/${S}/people`]: world.people, '/time': { now_at: now() } };
  return path in parts ? [200, parts[path]] : [404, { code: 'not_found', title: 'Not found', detail: 'Not here.' }];
}

const RANK = ['ok', 'watch', 'urgent', 'emergency'];
function posted(world, path, body) {
  if (path.endsWith('/checkins')) {
    const chosen = 'CI-ALL' in body.answers ? [] : form.questions.flatMap(({ id, answers }) => answers.filter(({ value }) => value === body.answers[id]));
    const severity = chosen.reduce((most, one) => (RANK.indexOf(one.severity) > RANK.indexOf(most) ? one.severity : most), 'ok');
    const due_at = now() + (severity === 'ok' ? 10 : 1) * MIN;
    world.watch.next = { sequence: body.sequence + 1, due_at, opens_at: due_at - 2 * MIN, deadline_at: due_at + 2 * MIN };
    world.watch.last = { sequence: body.sequence, severity, answered_at: body.answered_at, received_at: now(), late_by: 0 };
    return [200, { severity, todo: chosen.filter((one) => one.severity === severity && one.todo).map((one) => one.todo), next: world.watch.next }];
  }
  if (path.endsWith('/alarm')) return [200, { incident: 'i1' }];
  if (path.endsWith('/training')) return [200, { score: 1, passed: false, wrong: ['T1'] }];
  if (path.endsWith('/vitals')) return [200, { record: 'v', band: 'amber', severity: 'watch', recheck_at: now() + 10 * MIN, todo: 'Rest quietly, then measure again.' }];
  return [200, {}];
}
