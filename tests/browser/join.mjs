// Dr. Lee comes into a room in which Sam and Ana are, again and again: from the press until both move and are heard.
import { broken } from './lib/bars.mjs';
import { browserOf } from './lib/browser.mjs';
import { percentile } from './lib/clock.mjs';
import { comeIn } from './acts/doors.mjs';
import { openHouse } from './lib/house.mjs';
import { ana, lee, sam } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { seesAll } from './lib/media.mjs';
import * as therapist from './acts/therapist.mjs';

/** A second's four fifths is how long a press may seem to do nothing before it is pressed again. */
const BARS = { p95_ms: 800 };
const [joins = '30'] = process.argv.slice(2);
/** Real minutes: nobody's look falls due in between. */
const PACE = 1;

async function open(story) {
  const house = story.keeps(await openHouse({ session: true, pace: PACE, name: 'join' }));
  const [sams, anas, lees] = await Promise.all([browserOf(sam, { phone: true }), browserOf(ana, { phone: true }), browserOf(lee)]);
  for (const browser of [sams, anas, lees]) story.shows(`join-${browser.person.key}`, story.keeps(browser).page);
  const at = (role, path) => `http://${role}.localhost:${house.port}${path}`;
  await comeIn(lees.page, house.links.therapist);
  await lees.page.goto(at('therapist', `/console/${house.session}`));
  await press(lees.page);
  await comeIn(sams.page, house.links.patient);
  await sams.page.goto(at('patient', `/room/${house.session}`));
  await sams.page.getByRole('button', { name: /^Touch/ }).click();
  await anas.page.goto(house.links.sitter);
  await anas.page.getByRole('button', { name: 'Open my page' }).click();
  await anas.page.getByRole('button', { name: 'Join the room' }).click();
  return { house, sam: sams.page, ana: anas.page, lee: lees.page };
}

const press = (page) => page.getByRole('button', { name: 'Open the room' }).click();

/** Milliseconds from the press to the first picture of each of so many people, and to the first sound of each. */
const timed = (page, people) => page.evaluate(async (wanted) => {
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Open the room');
  const pictures = () => [...document.querySelectorAll('video')].filter((video) => (video.srcObject?.getTracks() ?? []).length > 0 && video.getAttribute('aria-label') !== 'You' && video.getVideoPlaybackQuality().totalVideoFrames > 0).length;
  const sounds = async () => {
    const peer = window.observed.peers.at(-1);
    const rows = peer === undefined ? [] : [...(await peer.getStats()).values()];
    return rows.filter(({ type, kind, jitterBufferEmittedCount }) => type === 'inbound-rtp' && kind === 'audio' && jitterBufferEmittedCount > 0).length;
  };
  const began = performance.now();
  let [seen, heard] = [null, null];
  button.click();
  while ((seen === null || heard === null) && performance.now() - began < 15_000) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (seen === null && pictures() >= wanted) seen = performance.now() - began;
    if (heard === null && (await sounds()) >= wanted) heard = performance.now() - began;
  }
  return { seen, heard };
}, people);

await new Story('join').run(async (story) => {
  const stage = await story.step('a session under way, with three in the room', () => open(story));
  for (const person of [sam, ana]) await therapist.admit(stage.lee, person);
  const { house, lee: page } = stage;
  await seesAll(page, [house.people.patient, house.people.sitter], 30);
  const took = [];
  await story.step(`Dr. Lee comes in ${joins} times`, async () => {
    for (let round = 0; round < Number(joins); round += 1) {
      await page.reload();
      await page.getByRole('button', { name: 'Open the room' }).waitFor();
      took.push(await timed(page, 2));
    }
  });
  must(took.every(({ seen, heard }) => seen !== null && heard !== null), `somebody was not seen or heard: ${JSON.stringify(took)}`);
  const ranked = (prefix, values) => ({ [`${prefix}p50_ms`]: Math.round(percentile(values, 50)), [`${prefix}p95_ms`]: Math.round(percentile(values, 95)) });
  const all = took.map(({ seen, heard }) => Math.max(seen, heard));
  const [seen, heard] = [took.map((one) => one.seen), took.map((one) => one.heard)];
  const figures = { joins: took.length, ...ranked('', all), ...ranked('seen_', seen), ...ranked('heard_', heard), seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`join: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
