// Brings a demo into the states that the pictures show, by the pages' own routes.
import { ask, booked, tell } from '../lib/api.mjs';
import { openDemo } from '../lib/seats.mjs';
import { until } from '../lib/until.mjs';

const SEAT = { reducedMotion: 'reduce' };

async function sitterIn({ pages, links }) {
  await pages.sitter.goto(links.sitter);
  await pages.sitter.getByRole('button', { name: 'Open my page' }).click();
  await pages.sitter.getByRole('button', { name: 'Something is wrong' }).waitFor();
}

/** Mid-session in real minutes, and a second session that people are getting ready for. */
export async function midSession(story) {
  const demo = await openDemo(story, { pace: 1, name: 'demo', seat: SEAT });
  await sitterIn(demo);
  demo.next = await booked(demo.pages.patient, demo.people, 4);
  await until('the next session is known', () => ask(demo.pages.therapist, `/checkins/sessions/${demo.next}/watch`).catch(() => null));
  await tell(demo.pages.patient, `/safety/sessions/${demo.next}/arrival`);
  const nobody = await demo.others.seat('nobody', SEAT);
  demo.pages.nobody = story.shows('nobody', nobody);
  return demo;
}

export const raiseAlarm = ({ pages, session }) => tell(pages.sitter, `/checkins/sessions/${session}/alarm`, { kind: 'something_wrong' });

const safety = ({ session }, what) => `/safety/sessions/${session}/${what}`;

/** The sitter's link, as the clinic sends it: out of the demo's mailbox. */
async function sitterLink({ pages, session, at }) {
  await tell(pages.coordinator, `/identity/sessions/${session}/sitter-invitation`);
  const found = await until('the mail to the sitter', async () => (await ask(pages.coordinator, '/notify/mailbox')).flatMap(({ links }) => links).find((link) => link.includes('/s#')));
  return at('sitter', found.slice(found.indexOf('/s#')));
}

/** Another house at sixty to one. A dose is written down as taken two hours ago: a fact is always stored. */
export async function twoHoursOn(story) {
  const demo = await openDemo(story, { pace: 60, name: 'later', session: false, seat: SEAT });
  const { pages, people } = demo;
  demo.session = await booked(pages.patient, people, 4);
  await until('the session is known', () => tell(pages.patient, safety(demo, 'arrival')).then(() => true, () => false));
  await pages.sitter.goto(await sitterLink(demo));
  await pages.sitter.getByRole('button', { name: 'Open my page' }).click();
  await pages.sitter.getByRole('heading', { name: 'Sitting for someone' }).waitFor();
  const { code } = await ask(pages.patient, `/identity/sessions/${demo.session}/presence-code`);
  await tell(pages.sitter, `/identity/sessions/${demo.session}/presence`, { code });
  await tell(pages.therapist, safety(demo, 'dose/record'), { taken_at: (Date.now() - 125_000) * 1_000, lozenges: 2, note: null });
  return demo;
}

/** The time for a discharge has come; the numbers for it are taken. */
export async function recover(demo) {
  const { pages, session } = demo;
  await until('the recovery', async () => (await ask(pages.therapist, `/safety/sessions/${session}`)).phase === 'recovering', 30_000);
  const numbers = { systolic: 124, diastolic: 78, heart_rate: 68, spo2: 98, respiratory_rate: 14, device: 'upper_arm', symptoms: false, taken_at: Date.now() * 1_000 };
  await tell(pages.therapist, safety(demo, 'vitals'), { moment: 'discharge', ...numbers });
}

async function resolveAll({ pages, session }) {
  const { incidents } = await ask(pages.therapist, `/checkins/sessions/${session}/watch`);
  for (const { id, state } of incidents) {
    if (state !== 'resolved') await tell(pages.therapist, `/checkins/incidents/${id}/resolve`, { outcome: 'patient_well_seen', note: 'Seen on camera.' });
  }
}

/** The therapist signs. Silence goes on meanwhile, so what it opens is closed and the press repeated. */
export async function sign(demo) {
  const criteria = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`D${at + 1}`, true]));
  await until('the discharge is signed', async () => {
    await resolveAll(demo);
    return tell(demo.pages.therapist, safety(demo, 'discharge'), { criteria, padss: { vitals: 2, gait: 2, nausea: 2, intake: 2, calm: 2 } }).then(() => true, () => false);
  });
}

export async function takeOver(demo) {
  await until('the sitter takes over', async () => {
    await resolveAll(demo);
    return tell(demo.pages.sitter, safety(demo, 'discharge/acceptance'), { restrictions_read_back: true }).then(() => true, () => false);
  });
  await tell(demo.pages.patient, '/care/journal', { text: 'A wide, quiet field.', shared: true, session: demo.session });
  await until('aftercare', async () => (await ask(demo.pages.patient, `/care/sessions/${demo.session}/aftercare`)).discharged_at !== null);
}
