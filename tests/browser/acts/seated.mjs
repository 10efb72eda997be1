// Dr. Lee, Sam and Ana, each in a browser of their own, come into the room of a session under way.
import { ana, lee, sam } from '../lib/people.mjs';
import { comeIn } from './doors.mjs';
import * as therapist from './therapist.mjs';

/** Brings them in by the links of the demo, and answers the page of a person. */
export async function seated(stands, browsers) {
  const pageOf = (person) => browsers.find((browser) => browser.person === person).page;
  const at = (role, path) => `http://${role}.localhost:${stands.port}${path}`;
  await comeIn(pageOf(lee), stands.links.therapist);
  await pageOf(lee).goto(at('therapist', `/console/${stands.session}`));
  await pageOf(lee).getByRole('button', { name: 'Open the room' }).click();
  await comeIn(pageOf(sam), stands.links.patient);
  await pageOf(sam).goto(at('patient', `/room/${stands.session}`));
  await pageOf(sam).getByRole('button', { name: /^Touch/ }).click();
  await pageOf(ana).goto(stands.links.sitter);
  await pageOf(ana).getByRole('button', { name: 'Open my page' }).click();
  await pageOf(ana).getByRole('button', { name: 'Join the room' }).click();
  for (const person of [sam, ana]) await therapist.admit(pageOf(lee), person);
  return pageOf;
}
