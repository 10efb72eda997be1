// Three browsers in one call that the house cannot read: the same six words on each, new keys when somebody leaves,
// nothing for a device that the house does not list, and nothing in the clear before all three have agreed to it.
import { openBrowsers, withBrowser } from './encryption/browsers.mjs';
import { agree, agreed, hears, says, sameWords, unseen } from './encryption/call.mjs';
import { broken } from './lib/bars.mjs';
import { seesAll } from './lib/media.mjs';
import { ana, lee, sam } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { joinRoom } from './acts/sitter.mjs';
import { before } from './remote/clinic.mjs';
import { ready } from './remote/ready.mjs';

/** Who left may not hear the next two seconds' talk. */
const BARS = { rotated_ms: 2_000 };
const FRAMES_MORE = 30;

/** Ana's page is loaded again in a browser that is changed like this, and she joins. */
async function anaComesAs(page, change) {
  await withBrowser(page, change);
  await joinRoom(page);
}

/** Lee and Sam go on seeing each other, and the newest frame is newer than when this began. */
async function othersSee({ screens, ids }) {
  for (const [page, seen] of [[screens.lee, ids.sam], [screens.sam, ids.lee]]) await seesAll(page, [seen], FRAMES_MORE);
}

async function unlisted(stage) {
  const { screens, ids } = stage;
  await anaComesAs(screens.ana, 'unlisted');
  await says(screens.ana, 'Not encrypted: nothing is sent', 'Our server does not list this device');
  await says(screens.lee, `${ana.name}: this browser cannot encrypt`, 'Until everyone here agrees');
  const frames = await unseen(screens.ana);
  must((await screens.ana.getByRole('button', { name: 'I agree to go on without' }).count()) === 0, 'a device off the list is asked to open the call');
  await othersSee({ screens, ids });
  return frames;
}

async function unable(stage) {
  const { screens, ids } = stage;
  await anaComesAs(screens.ana, 'unable');
  await says(screens.ana, 'Your browser cannot encrypt', 'you see and hear nobody');
  for (const page of [screens.lee, screens.sam]) await says(page, `${ana.name}: this browser cannot encrypt`, 'Until everyone here agrees');
  const frames = await unseen(screens.ana);
  await agree(screens.lee);
  await agree(screens.ana);
  await says(screens.lee, `${ana.name}: this browser cannot encrypt`, `You agreed. Still to agree: ${sam.name}.`);
  must((await unseen(screens.ana)) === 0, 'two of three agreed, and the call was opened');
  await agree(screens.sam);
  for (const page of [screens.lee, screens.sam, screens.ana]) await agreed(page);
  await seesAll(screens.ana, [ids.lee, ids.sam], FRAMES_MORE);
  await seesAll(screens.lee, [ids.ana], FRAMES_MORE);
  return frames;
}

async function rotated({ screens, origin }) {
  const left_at = Date.now();
  await screens.sam.goto(origin);
  const times = await Promise.all([screens.lee, screens.ana].map((page) => hears(page, left_at)));
  return Math.max(...times) - left_at;
}

await new Story('encrypted-call').run(async (story) => {
  const stage = await story.step('the house opens, and three browsers', () => openBrowsers(story, [sam, ana, lee]));
  const { screens, figures } = stage;
  await before(story, stage);
  await ready(story, stage);
  const three = [screens.lee, screens.sam, screens.ana];
  figures.words = await story.step('all three screens show the same six words', () => sameWords(three));
  figures.frames_unlisted = await story.step('a device that the house does not list decodes nothing, and is told why', () => unlisted(stage));
  await story.step('it comes again as it should, with other words', async () => {
    await anaComesAs(screens.ana, null);
    must((await sameWords(three)) !== figures.words, 'another key, and the words are the same');
  });
  figures.frames_unable = await story.step('a browser that cannot encrypt: nothing is open before all three have agreed', () => unable(stage));
  await story.step('it is encrypted again as soon as everyone can', async () => {
    await anaComesAs(screens.ana, null);
    await sameWords(three);
  });
  figures.rotated_ms = await story.step('Sam leaves, and the others go on under new keys', () => rotated(stage));
  const { frames_decoded, ...rest } = figures;
  const all = { ...rest, frames_decoded, seconds: story.seconds };
  const reasons = broken(all, BARS);
  if (all.frames_unlisted !== 0 || all.frames_unable !== 0) reasons.push('frames were decoded that nobody could open');
  reasons.forEach((reason) => process.stderr.write(`encrypted-call: ${reason}\n`));
  return { passed: reasons.length === 0, ...all, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
