// The hour before: papers, training, tests, presence, lists, the room, and the gate that stays shut until all is there.
import { pressLink } from '../acts/doors.mjs';
import * as patient from '../acts/patient.mjs';
import { confirmOwn } from '../acts/prescriber.mjs';
import * as sitter from '../acts/sitter.mjs';
import * as therapist from '../acts/therapist.mjs';
import { linkIn } from '../lib/mail.mjs';
import { seesAll, tileMatches } from '../lib/media.mjs';
import { ana, lee, noor, pairs, sam } from '../lib/people.mjs';
import { must } from '../lib/story.mjs';
import { until } from '../lib/until.mjs';

const FRAMES_MIN = 30;

async function samPrepares(page) {
  await patient.signPapers(page);
  await patient.giveAddress(page);
  await patient.answerList(page);
  await patient.setIntention(page);
  await patient.checkDevices(page);
}

async function anaPrepares(page) {
  await sitter.signAgreement(page);
  await sitter.train(page);
  await sitter.testPhone(page);
}

async function leeArrives(page) {
  await therapist.openConsole(page, sam);
  await therapist.testAlarm(page);
  await therapist.sayHere(page);
}

/** The button is there, says why not, and pressing it anyway changes nothing. */
async function gateIsShut(page) {
  const begin = page.getByRole('button', { name: 'Begin dose' });
  must((await begin.getAttribute('aria-disabled')) === 'true', 'the dose may begin though things are missing');
  await page.getByText(/things? before this can be pressed\.$/).waitFor();
}

async function noorConfirms({ mail, screens }) {
  const asked = await mail.to(noor.email, ({ text }) => text.includes('/oncall#'));
  must(asked.subject.includes('[Drill]'), 'the mail does not say that this is a drill');
  await pressLink(screens.noor, linkIn(asked, 'oncall'), 'I am on call', 'Thank you');
}

async function twoReadings(page) {
  await sitter.measure(page, { systolic: 124, diastolic: 78, pulse: 68, oxygen: 98 });
  const first = Date.now();
  // Two readings count as two from five seconds apart in a drill; the time is the cuff's, not ours.
  await until('five seconds between two readings', () => Date.now() - first > 5_000);
  await sitter.measure(page, { systolic: 122, diastolic: 76, pulse: 66, oxygen: 98 });
}

async function everyoneSees({ screens, ids }) {
  const frames = {};
  for (const { seen, sees, key } of pairs) {
    const found = await seesAll(screens[sees.key], [ids[seen.key]], FRAMES_MIN);
    frames[key] = found.get(ids[seen.key]);
  }
  return frames;
}

async function tilesMatch({ screens }) {
  const wrong = [];
  await Promise.all([sam, ana, lee].map(async (sees) => {
    for (const { seen } of pairs.filter((pair) => pair.sees === sees)) {
      const { matches, ...rest } = await tileMatches(screens[sees.key], screens[sees.key].getByLabel(seen.name, { exact: true }).and(screens[sees.key].locator('video')), seen);
      if (!matches) wrong.push(`${sees.name} sees ${seen.name}: ${JSON.stringify(rest)}`);
    }
  }));
  wrong.forEach((sentence) => process.stderr.write(`  ! ${sentence}\n`));
  return wrong.length === 0;
}

/** Who is who in the room, from the names the console's roster bears. */
async function learnIds(stage) {
  const people = await until('the room lists all three', () => {
    const present = stage.screens.lee.signals.people.filter(({ place }) => place === 'present');
    return present.length === 3 ? present : null;
  });
  const of = (role) => people.find((one) => one.role === role).person;
  stage.ids = { sam: of('patient'), ana: of('sitter'), lee: of('therapist') };
}

/** `answer` is how somebody outside answers the page, `settled` what all see at the end; other stories bring their own. */
export async function ready(story, stage, { answer = noorConfirms, settled = ({ screens }) => therapist.allReady(screens.lee, sam) } = {}) {
  const { screens, figures } = stage;
  await story.step('Sam prepares, Ana learns, Dr. Lee opens the room, Dr. Okafor confirms', () =>
    Promise.all([samPrepares(screens.sam), anaPrepares(screens.ana), leeArrives(screens.lee), confirmOwn(screens.okafor, sam)]));
  await story.step('the gate is shut and says why', () => gateIsShut(screens.lee));
  await story.step('Sam waits and is admitted by name', async () => {
    await patient.enterWaitingRoom(screens.sam);
    figures.admit_ms = await therapist.admit(screens.lee, sam);
  });
  await story.step('Ana proves that she is there and looks around the home', async () => {
    await sitter.provePresence(screens.ana, await patient.readCode(screens.sam));
    await sitter.lookAround(screens.ana);
    await sitter.sayReady(screens.ana);
  });
  await story.step('Ana joins and is admitted by name', async () => {
    await sitter.joinRoom(screens.ana);
    figures.admit_ms = Math.max(figures.admit_ms, await therapist.admit(screens.lee, ana));
    await learnIds(stage);
  });
  await story.step('Noor confirms by link, Ana measures twice, Dr. Lee answers her items', () =>
    Promise.all([answer(stage), twoReadings(screens.ana), therapist.answerOwn(screens.lee)]));
  await story.step('all three see and hear the other two', async () => {
    figures.frames_decoded = await everyoneSees(stage);
    figures.tiles_match = await tilesMatch(stage);
    must(figures.tiles_match, 'a tile shows or sounds like somebody else');
  });
  await story.step('Sam and Dr. Lee say that they are ready', async () => {
    await patient.sayReady(screens.sam);
    await therapist.sayReady(screens.lee);
    await settled(stage);
  });
}
