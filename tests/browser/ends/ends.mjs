// The other ends of a session. Each keeps its watch until a person signs.
import * as therapist from '../acts/therapist.mjs';
import { ask, booked, tell } from '../lib/api.mjs';
import { must } from '../lib/story.mjs';
import { until } from '../lib/until.mjs';

const watchOf = async ({ pages }, session) => (await ask(pages.therapist, `/checkins/sessions/${session}/watch`)).phase;

/** The end was kept, the watch goes on, and stands down only with the signature. */
async function signedOff(demo, session, note) {
  const page = demo.pages.therapist;
  must((await watchOf(demo, session)) !== 'closed', 'the watch stood down before anybody signed');
  await therapist.closeSession(page, note);
  await until('the watch stands down', async () => (await watchOf(demo, session)) === 'closed');
  const { phase } = await ask(page, `/safety/sessions/${session}`);
  must(phase === 'closed', `the session is ${phase}, not closed`);
}

/** A session that people have come to: Sam and Dr. Lee are there. */
async function begun(demo, hours) {
  const { pages, people, at } = demo;
  const session = await booked(pages.patient, people, hours);
  await until('the session is known', () => ask(pages.therapist, `/checkins/sessions/${session}/watch`).catch(() => null));
  await tell(pages.patient, `/safety/sessions/${session}/arrival`);
  await pages.therapist.goto(at('therapist', `/console/${session}`));
  await pages.therapist.getByRole('button', { name: 'I am here' }).click();
  return session;
}

/** Everyone is there, but today is not the day: a reason is asked for. */
export async function withoutDose(demo) {
  const session = await begun(demo, 4);
  const page = demo.pages.therapist;
  await page.getByRole('button', { name: 'End the session', exact: true }).first().click();
  await page.getByText('Choose how, and say why in a few words.').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await therapist.endSession(page, 'End without a dose', 'Sam slept badly and would rather wait.');
  await signedOff(demo, session, 'We meet again next week.');
}

/** Sam calls it off on the own screen; nobody asks why. */
export async function withdrawn(demo) {
  const session = await begun(demo, 7);
  const { patient, therapist: lee } = demo.pages;
  await patient.goto(demo.at('patient', `/room/${session}`));
  await patient.getByRole('button', { name: 'Call it off' }).click();
  await patient.getByRole('button', { name: 'Yes, call it off' }).click();
  await patient.getByRole('heading', { name: 'This session is over.' }).waitFor();
  await lee.getByText('This session ended: Withdrawn: asked to stop.').waitFor();
  await signedOff(demo, session, 'Sam called it off.');
}

/** Nobody came. */
export async function noShow(demo) {
  const { pages, people, at } = demo;
  const session = await booked(pages.patient, people, 10);
  await until('the session is known', () => ask(pages.therapist, `/safety/sessions/${session}`).catch(() => null));
  await pages.therapist.goto(at('therapist', `/console/${session}`));
  await therapist.endSession(pages.therapist, 'Nobody came', 'No answer by phone either.');
  await signedOff(demo, session, 'Will call tomorrow.');
}

/** After the dose: to the hospital. The sitter's page says so, and the watch goes on until the signature. */
export async function handedOver(demo) {
  const { pages, session, at } = demo;
  await pages.therapist.goto(at('therapist', `/console/${session}`));
  await therapist.endSession(pages.therapist, 'Handed over to a hospital or another clinician', 'Paramedics took over at the door.');
  await pages.sitter.getByText('Care was handed over. Do what they tell you there.').waitFor();
  await signedOff(demo, session, 'The hospital has called back.');
}
