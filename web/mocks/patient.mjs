// What Sam sees at one moment, for e2e/bedside-shots.mjs.
import { people } from './people.mjs';
import { S, now } from './bedside.mjs';

const MIN = 60e6;
const DAY = 24 * 60 * MIN;
const me = { person: people.sam.person, role: 'patient', first_name: 'Sam', clinic: 'c', clinic_name: 'Lantern House', clinic_phone: '+1 555 0100', time_zone: 'America/Chicago', session: null, presence: false, demo: false };
const item = (id, title, why, todo, state = 'open', blocking = true) => ({ id, group: 'patient', title, why, todo, blocking, attesters: ['patient'], method: 'self', declined_by: [], answers: [], state, attested_by: null, attested_at: null, expires_at: null });
const consent = (kind, title, signed_at) => ({
  kind, version: 1, title, sha256: 'x', signed_at,
  text: 'This medicine changes how you feel and think for some hours.\n\nYou stay at home with your sitter. Your therapist is with you by video.\n\nYou can stop at any time before you take it, without a reason.',
  questions: [{ id: 'q1', text: 'What do you do if you change your mind before the session?', choices: [{ id: 'a', text: 'I say so. Nothing happens.' }, { id: 'b', text: 'I have to go on.' }] }],
});

function state(phase, more = {}) {
  return { session: S, phase, protocol_phase: phase === 'dosed' ? 'peak' : null, phase_since_at: now(), drill: false, pace: 1, starts_at: now() + 20 * MIN, ends_at: now() + 240 * MIN, dose_at: phase === 'dosed' ? now() - 32 * MIN : null, earliest_discharge_at: null, people: { patient: people.sam.person, sitter: people.ana.person, therapist: people.lee.person, prescriber: null, on_call: people.noor.person }, ready: { patient: false, sitter: true, therapist: false }, offer: null, discharge: null, end: null, now_at: now(), ...more };
}
const watch = (support = []) => ({ session: S, phase: 'watching', armed: true, drill: false, on_call_paged_at: null, on_call_confirmed_at: null, next: null, overdue: null, last: null, history: [], missed: 0, support, incidents: [], signs: [], now_at: now() });

function slots() {
  const start = Math.ceil(Date.now() / 86400e3) * 86400e3;
  return [1, 2, 4, 7, 8, 9, 11].flatMap((day) => [15, 17, 20].map((hour) => ({ starts_at: (start + day * 86400e3 + hour * 3600e3) * 1000, ends_at: (start + day * 86400e3 + (hour + 4) * 3600e3) * 1000, on_call: people.noor.person, local: '' })));
}

const base = () => ({
  '/identity/me': me,
  '/identity/people': Object.values(people),
  '/identity/people?role=therapist': [people.lee],
  [`/identity/sessions/${S}/people`]: Object.values(people),
  [`/identity/sessions/${S}/presence-code`]: { code: '482913', expires_at: now() + 9 * MIN },
  '/scheduling/slots': { slots: slots(), therapist_zone: 'America/New_York' },
  [`/safety/sessions/${S}`]: state('gate'),
  [`/safety/sessions/${S}/checklist`]: [
    item('PT-FOOD', 'I have not eaten for 4 hours.', 'An empty stomach keeps the airway safe.', 'Wait until four hours have passed, or choose a later time.'),
    item('PT-ALC', 'No alcohol for 24 hours.', 'Together they slow the breath.', 'Tell your therapist. Another day is fine.', 'yes'),
    item('PT-MUS', 'My music is downloaded and one ear stays free.', 'You can hear your therapist.', 'Download it now.', 'open', false),
  ],
  [`/safety/consents?session=${S}`]: [consent('telehealth', 'Care by video', 1), consent('ketamine', 'The medicine', null), consent('psychotherapy', 'The therapy', null)],
  [`/checkins/sessions/${S}/watch`]: watch(),
  [`/care/sessions/${S}/aftercare`]: {
    discharged_at: now() - 60 * MIN, integration: { offered_at: now(), booked_at: null }, journal_prompt: 'Where in your body do you still feel it?', morning: { due_at: now() + 10 * 60 * MIN, answered_at: null },
    restrictions: [{ text: 'Keep your sitter with you. Do not stay alone.', until_at: now() - MIN }, { text: 'No alcohol or cannabis.', until_at: now() + DAY }, { text: 'No driving, cycling or machines, and only after a night of good sleep.', until_at: now() + DAY }],
  },
  '/care/journal': [{ record: 'j', patient: people.sam.person, text: 'A wide field, and my grandmother at the gate.\nI was not afraid.', shared: false, session: null, written_at: now() - DAY }],
  'POST /identity/account': { otpauth_uri: 'otpauth://totp/Holdspace:sam?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
  [`POST /checkins/sessions/${S}/support`]: { id: 's1', asked_at: now() },
});

const click = (role, name) => (page) => page.getByRole(role, { name }).first().click();
/** Path, what differs, and what is pressed before further pictures. */
export const patientScenes = {
  'account': ['/account', {}, [['code', async (page) => { await page.getByLabel('Choose a password').fill('a lamp in the next room'); await click('button', 'Go on')(page); }]]],
  'book': ['/book', {}, [['day', async (page) => { await page.locator('table button:not([disabled])').first().click(); await page.getByRole('button', { name: /on call/ }).first().click(); }], ['sitter', click('button', 'Name a sitter')]]],
  'prepare': [`/prepare/${S}`, {}, [['list', click('button', /Your checklist/)], ['address', click('button', /Where you are/)], ['devices', click('button', /Camera and sound/)]]],
  'waiting-room': [`/room/${S}`, {}, [['stop', click('button', 'Call it off')]]],
  'dark': [`/room/${S}`, { [`/safety/sessions/${S}`]: state('dosed') }, [['touched', click('button', /Touch once/)]]],
  'dark-seen': [`/room/${S}`, { [`/safety/sessions/${S}`]: state('dosed'), [`/checkins/sessions/${S}/watch`]: watch([{ id: 's1', asked_at: now(), seen_at: now(), seen_by: people.lee.person }]) }, [['held', async (page) => { await click('button', /Touch once/)(page); const place = page.getByRole('button', { name: /I need support/ }); await place.focus(); await page.keyboard.down('Enter'); await page.waitForTimeout(1200); await page.keyboard.up('Enter'); await page.waitForTimeout(1500); }]]],
  'aftercare': [`/aftercare/${S}`, {}, [['avoid', click('button', 'Next card')], ['next', click('button', 'Next card')]]],
  'morning': [`/morning/${S}`, {}, [['safe', async (page) => { for (const value of ['7', '6', '0', '2', '0']) await page.getByRole('button', { name: new RegExp(`\\? ${value} of 10`) }).click(); }], ['no', click('button', 'No')]]],
  'journal': ['/journal', {}, []],
};
export const patientWorld = (change) => ({ ...base(), ...change });
export function patientAnswer(world, method, path) {
  const [bare] = path.split('?');
  const found = method === 'POST' ? (world[`POST ${bare}`] ?? {}) : (world[path] ?? world[bare]);
  return found === undefined ? [404, { code: 'not_found', title: 'Not found', detail: 'Not here.' }] : [200, found];
}
