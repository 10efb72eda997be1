// Sam's camera stands still, is covered, has too little light, and the microphone falls silent, each in turns with a
// picture and a voice as they should be. Dr. Lee reads it on the tile within three seconds, and reads nothing else.
import { comeIn } from './acts/doors.mjs';
import { broken, slack } from './lib/bars.mjs';
import { browserOf } from './lib/browser.mjs';
import { unluckyCameraOf } from './lib/camera.mjs';
import { p95 } from './lib/figures.mjs';
import { openHouse } from './lib/house.mjs';
import { seesAll } from './lib/media.mjs';
import { lee, sam } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';
import { keepStream, noteOwn, noteRead } from './picture-lost/notes.mjs';

const BARS = { told_ms_p95: 3_000, over_ms_p95: 3_000 };
/** Real minutes: nobody's look falls due within the story. */
const PACE = 1;
/** Twice round the loop of `unluckyCameraOf`, which takes 36 s, and the way in. */
const ROUNDS = 2;
const ROUND_MS = 40_000;
const KINDS = ['still', 'black', 'dark', 'silent'];

async function openTwo(story) {
  const house = story.keeps(await openHouse({ session: true, pace: PACE, name: 'picture' }));
  const [patient, therapist] = await Promise.all([browserOf(sam, { phone: true, camera: unluckyCameraOf }), browserOf(lee)]);
  for (const { person, page, close } of [patient, therapist]) {
    story.keeps({ close });
    story.shows(`picture-${person.key}`, page);
  }
  await patient.context.addInitScript(keepStream);
  await comeIn(patient.page, house.links.patient);
  await comeIn(therapist.page, house.links.therapist);
  return { house, patient: patient.page, therapist: therapist.page };
}

async function join({ house, patient, therapist }) {
  const at = (role, path) => `http://${role}.localhost:${house.port}${path}`;
  await therapist.goto(at('therapist', `/console/${house.session}`));
  await therapist.getByRole('button', { name: 'Open the room' }).click();
  await patient.goto(at('patient', `/room/${house.session}`));
  await patient.getByRole('button', { name: /^Touch once to hear/ }).click();
  await therapist.getByRole('button', { name: `Admit ${sam.name}` }).click();
  await until('Sam has a slot', () => therapist.signals.slots.some(({ person }) => person !== null));
  const [{ person }] = therapist.signals.slots.filter((slot) => slot.person !== null);
  await seesAll(therapist, [person], 10);
  return person;
}

/** Each change of the devices beside the first time that the page said so, before the next change of the same kind. */
function matched(changes, said) {
  return changes.map(({ kind, begins, at }, index) => {
    const next = changes.slice(index + 1).find((later) => later.kind === kind)?.at ?? Infinity;
    const heard = said.find((one) => one.kind === kind && one.begins === begins && one.at >= at && one.at < next);
    return { kind, begins, ms: heard === undefined ? null : heard.at - at };
  });
}

/** What is said of a trouble that the devices did not have. */
const untrue = (changes, said) => said.filter(({ kind, begins, at }) => begins && changes.findLast((one) => one.kind === kind && one.at <= at)?.begins !== true);

await new Story('picture-lost').run(async (story) => {
  const stage = await story.step('a session under way, and Sam has a camera without luck', () => openTwo(story));
  const { patient, therapist } = stage;
  await story.step('both join, and Dr. Lee sees Sam', () => join(stage));
  await story.step('every trouble comes twice', async () => {
    await Promise.all([patient.evaluate(noteOwn), therapist.evaluate(noteRead, sam.name)]);
    await until('each began and ended twice', async () => {
      const own = await patient.evaluate(() => window.noted);
      return KINDS.every((kind) => own.filter((one) => one.kind === kind).length >= 2 * ROUNDS);
    }, (ROUNDS + 1) * ROUND_MS * slack);
  });
  const own = await patient.evaluate(() => window.noted);
  // What began last has its three seconds too; nothing that begins after this is counted.
  const last_at = own.at(-1).at;
  await until('the last of them had its time', () => Date.now() - last_at > BARS.told_ms_p95 * slack + 1_000, BARS.told_ms_p95 * slack + 5_000);
  const { said, spoken } = await therapist.evaluate(() => window.read);
  const found = matched(own, said);
  const missed = found.filter(({ ms }) => ms === null);
  const [told, over] = [true, false].map((begins) => found.filter((one) => one.begins === begins && one.ms !== null));
  must(KINDS.every((kind) => told.some((one) => one.kind === kind)), `never told: ${KINDS.filter((kind) => !told.some((one) => one.kind === kind)).join(', ')}`);
  const worst = Object.fromEntries(KINDS.map((kind) => [`${kind}_ms`, Math.max(...told.filter((one) => one.kind === kind).map(({ ms }) => ms))]));
  const untold = untrue(await patient.evaluate(() => window.noted), said);
  const figures = { changes: own.length, missed: missed.length, untrue: untold.length, spoken: spoken.length, told_ms_p95: p95(told.map(({ ms }) => ms)), over_ms_p95: p95(over.map(({ ms }) => ms)), ...worst, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  for (const { kind, begins } of missed) reasons.push(`${kind} ${begins ? 'began' : 'ended'}, and the tile did not say so`);
  for (const { kind } of untold) reasons.push(`the tile said ${kind}, and it was not so`);
  if (spoken.some(({ times }) => times > 1)) reasons.push('something was read aloud again while it lasted');
  reasons.forEach((reason) => process.stderr.write(`picture-lost: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
