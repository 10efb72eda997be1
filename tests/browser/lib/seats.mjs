// A demo under way, and everyone in their seat: one page a role, signed in by the demo's own links.
import { comeIn } from '../acts/doors.mjs';
import { office } from './browser.mjs';
import { openHouse } from './house.mjs';

const PHONES = ['patient', 'sitter'];
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

const ROLES = ['patient', 'sitter', 'therapist', 'prescriber', 'coordinator'];

/** Opens the house at this pace, mid-session unless told otherwise, and a page for each role on the role's own name. */
export async function openDemo(story, { pace, name, session = true, seat = {} }) {
  const house = story.keeps(await openHouse({ session, pace, name }));
  const others = story.keeps(await office(CAMERA));
  const pages = {};
  for (const role of ROLES) {
    pages[role] = story.shows(`${name}-${role}`, await others.seat(role, { phone: PHONES.includes(role), ...seat }));
    if (role !== 'sitter') await comeIn(pages[role], house.links[role]);
  }
  return { ...house, pages, others, at: (role, path) => `http://${role}.localhost:${house.port}${path}` };
}
