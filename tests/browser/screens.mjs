// Every screen in its real states: nothing serious or critical by axe, and a picture of each in two sizes.
// Must show 8 of issue 2.   node tests/browser/screens.mjs [--only NAME]
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/place.mjs';
import { Story, must } from './lib/story.mjs';
import { look, SIZES } from './screens/look.mjs';
import * as prepare from './screens/prepare.mjs';
import * as states from './screens/states.mjs';

const out = join(root, 'target/pictures');
const at = process.argv.indexOf('--only');
const only = at < 0 ? null : process.argv[at + 1];
const chosen = (list) => list.filter(({ name }) => only === null || name === only);

/** A path without a state would never be looked at. */
function everyPathHasAState() {
  const text = readFileSync(join(root, 'web/src/app/paths.ts'), 'utf8');
  const built = [...text.matchAll(/^ {2}(\w+): \(/gm)].map(([, name]) => name);
  must(built.length > 0, 'paths.ts names no path');
  const missing = built.filter((name) => !states.all.some(({ path }) => path === name));
  must(missing.length === 0, `no state shows ${missing.join(', ')}`);
  return built.length;
}

async function lookAt(scene, list, tally) {
  for (const state of chosen(list)) {
    const page = scene.pages[state.role ?? 'nobody'];
    for (const size of Object.keys(SIZES)) {
      const said = await look(page, scene, state, size, out).catch((error) => [String(error.message).split('\n')[0]]);
      tally.looked += 1;
      said.forEach((sentence) => tally.found.push(`${state.name} ${size}: ${sentence}`));
      process.stderr.write(`  ${said.length === 0 ? '·' : '!'} ${state.name} ${size}${said.map((sentence) => `\n      ${sentence}`).join('')}\n`);
    }
  }
}

const wanted = (...lists) => lists.some((list) => chosen(list).length > 0);

await new Story('screens').run(async (story) => {
  mkdirSync(out, { recursive: true });
  const paths = everyPathHasAState();
  const tally = { looked: 0, found: [] };
  const { recovered, signed, discharged } = states;
  if (wanted(states.calm, states.alarm)) {
    const now = await story.step('a house mid-session', () => prepare.midSession(story));
    await story.step('every screen of a calm session', () => lookAt(now, states.calm, tally));
    await story.step('an incident is open', () => prepare.raiseAlarm(now));
    await story.step('every screen of an alarm', () => lookAt(now, states.alarm, tally));
  }
  if (wanted(recovered, signed, discharged)) {
    const later = await story.step('a house two hours after a dose', () => prepare.twoHoursOn(story));
    await story.step('it is time to discharge', () => prepare.recover(later));
    await lookAt(later, recovered, tally);
    await story.step('Dr. Lee signs', () => prepare.sign(later));
    await lookAt(later, signed, tally);
    await story.step('Ana takes over', () => prepare.takeOver(later));
    await story.step('every screen of the day after', () => lookAt(later, discharged, tally));
  }
  return { passed: tally.found.length === 0, paths, screens: tally.looked, grave: tally.found.length, pictures: 'target/pictures', seconds: story.seconds, ...(tally.found.length === 0 ? {} : { found: tally.found }) };
});
