// One remote session from booking to the next morning, through pages only, in three Chromium processes.
// With `--split` the house is eight processes on Postgres and Redis.
// Must show 2 of issue 2: steps 2–9 and 11 of "The line".
import { broken } from './lib/bars.mjs';
import { browserOf, office } from './lib/browser.mjs';
import { openHouse } from './lib/house.mjs';
import { Mail } from './lib/mail.mjs';
import { ana, lee, pairs, sam } from './lib/people.mjs';
import { Story } from './lib/story.mjs';
import { after } from './remote/after.mjs';
import { before } from './remote/clinic.mjs';
import { ready } from './remote/ready.mjs';
import { watch } from './remote/watch.mjs';

/** Issue 2, Must show 2. */
const BARS = { seconds: 360, checkin_to_screen_ms_p95: 1_000, missed_to_alarm_ms: 1_000 };
const FRAMES_MIN = 30;

async function open(story) {
  const mail = story.keeps(await Mail.open());
  const house = story.keeps(await openHouse({ mail, split: process.argv.includes('--split') }));
  const [sams, anas, lees, others] = await Promise.all([browserOf(sam, { phone: true, zone: 'America/Los_Angeles' }), browserOf(ana, { phone: true, zone: 'America/Los_Angeles' }), browserOf(lee), office()]);
  for (const browser of [sams, anas, lees, others]) story.keeps(browser);
  const screens = { sam: sams.page, ana: anas.page, lee: lees.page };
  for (const label of ['admin', 'mia', 'okafor', 'noor']) screens[label] = await others.seat(label, { phone: label === 'noor' });
  for (const [label, page] of Object.entries(screens)) story.shows(label, page);
  return { mail, ...house, screens, figures: {} };
}

function judged(figures) {
  const reasons = broken(figures, BARS);
  for (const { key } of pairs) if (!(figures.frames_decoded[key] > FRAMES_MIN)) reasons.push(`${key}: ${figures.frames_decoded[key]} frames, more than ${FRAMES_MIN} wanted`);
  if (!figures.tiles_match) reasons.push('a tile is not the person named on it');
  if (!(figures.mails >= 8)) reasons.push(`only ${figures.mails} mails`);
  reasons.forEach((reason) => process.stderr.write(`remote-session: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
}

await new Story('remote-session').run(async (story) => {
  const stage = await story.step('the house opens, and three browsers', () => open(story));
  await before(story, stage);
  await ready(story, stage);
  await watch(story, stage);
  await after(story, stage);
  const { figures, mail } = stage;
  return judged({ seconds: story.seconds, ...figures, mails: mail.all().length });
});
