// Ana's page is open, her phone has a line, and nobody touches it. Silence climbs until a person ends it, and a late word
// does not. The third step calls Bruno, whom Sam has named and who said yes; he goes there and sits.
import * as patient from './acts/patient.mjs';
import * as second from './acts/second-contact.mjs';
import * as therapist from './acts/therapist.mjs';
import { broken } from './lib/bars.mjs';
import { ask, call, watchOf } from './lib/api.mjs';
import { timeAlarm } from './lib/figures.mjs';
import { bruno, noor, okafor } from './lib/people.mjs';
import { openDemo } from './lib/seats.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';

/** 1 s to the screen. Steps 2 and 3 are 6 s and 12 s after the deadline at this pace, and each mail has a second to leave. */
const BARS = { told_ms: 1_000, asked_again_ms: 2_000, step_2_ms: 8_000, step_3_ms: 14_000, bruno_ms: 14_000 };
/** 60 s between looks, 12 s of grace, 6 s between the steps of the ladder. */
const PACE = 10;
/** Steps 2, 3 and 4, and the fourth once more: it repeats, and has no end. */
const NOORS_MAILS = 4;
const MISSED = 'No answer from Ana';
const NOTE = 'Ana had fallen asleep; she is awake and looks.';
const well = (page) => page.getByRole('button', { name: 'All well', exact: true });
const missedOf = async (demo) => (await watchOf(demo)).incidents.find(({ cause }) => cause === 'missed_checkin');

async function open(story) {
  const demo = await openDemo(story, { pace: PACE, name: 'silent-sitter' });
  const { sitter, therapist: lee } = demo.pages;
  await sitter.goto(demo.links.sitter);
  const brought = sitter.waitForResponse((response) => response.url().endsWith('/phone') && response.ok());
  await sitter.getByRole('button', { name: 'Open my page' }).click();
  await brought;
  await lee.goto(demo.at('therapist', `/console/${demo.session}`));
  // Sound needs one press on the page.
  await lee.getByRole('heading', { name: /Sam/ }).click();
  return demo;
}

/** Sam names Bruno on the page of the preparation, and Bruno says yes out of his mail. */
async function nameBruno(story, demo) {
  const { patient: sam, therapist: lee } = demo.pages;
  const page = story.shows('silent-sitter-bruno', await demo.others.seat('bruno', { phone: true }));
  const before = sam.url();
  await sam.goto(demo.at('patient', `/prepare/${demo.session}`));
  await patient.nameSecondContact(sam, bruno);
  await second.saysYes(demo, page);
  await sam.getByText(/^\W*can be reached$/).waitFor();
  await sam.goto(before);
  const { standing } = await ask(lee, `/identity/sessions/${demo.session}/second-contact`);
  must(standing === 'confirmed', `Bruno said yes and stands as ${standing}`);
  return page;
}

/** The last look that Ana takes: what comes after it is silence alone. */
async function lastLook(demo) {
  const { sitter } = demo.pages;
  await well(sitter).waitFor({ timeout: 90_000 });
  await well(sitter).click();
  await sitter.getByRole('heading', { name: 'Thank you.' }).waitFor();
  const { incidents, next } = await until('the look is taken', async () => {
    const watch = await watchOf(demo);
    return watch.last !== null && watch.next.due_at / 1_000 - Date.now() > 30_000 ? watch : null;
  });
  must(incidents.every(({ state }) => state === 'resolved'), 'the demo opened with an incident');
  return next;
}

/** Before the look is due the page turns to "Soon", and strikes its one soft tone. */
async function nudged(sitter) {
  const struck = () => sitter.evaluate(() => window.observed.struck.length);
  const before = await struck();
  await sitter.getByRole('img', { name: /^Soon/ }).waitFor({ timeout: 60_000 });
  await until('the nudge is struck', async () => (await struck()) > before, 3_000);
  return true;
}

/** Once the deadline is over the page asks again: the question, the words, and a tone that repeats. */
async function askedAgain(sitter, deadline_ms) {
  await sitter.getByText('The clinic is told').first().waitFor();
  await sitter.getByRole('img', { name: /^Late/ }).waitFor();
  await well(sitter).waitFor();
  const asked_again_ms = Date.now() - deadline_ms;
  const struck = () => sitter.evaluate(() => window.observed.struck.length);
  const before = await struck();
  await until('the tone repeats', async () => (await struck()) > before, 8_000);
  return asked_again_ms;
}

/** What was mailed to this person about the silence: the newest of each kind, and how many came in all. */
async function mailedTo(demo, person) {
  const { id } = await missedOf(demo);
  const mails = (await ask(demo.pages.coordinator, '/notify/mailbox')).filter(({ incident, to_name }) => incident === id && to_name === person.name);
  return { mails, count: mails.reduce((sum, { earlier }) => sum + 1 + earlier, 0) };
}

/** Who is on call hears at step 2, the prescriber at step 3. Answers milliseconds after the deadline. */
async function climbed(demo, deadline_ms) {
  const first = async (person) => {
    const { mails } = await until(`mail to ${person.name}`, async () => {
      const mailed = await mailedTo(demo, person);
      return mailed.count > 0 ? mailed : null;
    }, 30_000);
    return Math.round(mails[0].sent_at / 1_000 - deadline_ms);
  };
  const [step_2_ms, step_3_ms, bruno_ms] = [await first(noor), await first(okafor), await first(bruno)];
  must(bruno_ms >= 11_500, `Bruno was called ${bruno_ms} ms after the deadline, before the step that names him`);
  must(step_2_ms >= 5_500, `on call was told ${step_2_ms} ms after the deadline, before the first step had its time`);
  return { step_2_ms, step_3_ms, bruno_ms };
}

/** Whatever the home said meanwhile, the last step repeats until a person ends it. */
async function noEnd(demo) {
  await until('the last step repeats', async () => (await mailedTo(demo, noor)).count >= NOORS_MAILS, 60_000);
  const { state, step } = await missedOf(demo);
  must(state === 'open' && step === 4, `the ladder stands ${state} at step ${step}`);
  const told = [await mailedTo(demo, noor), await mailedTo(demo, okafor), await mailedTo(demo, bruno)];
  must(told[2].count === 1, `Bruno, who may be driving, was mailed ${told[2].count} times`);
  const texts = told.flatMap(({ mails }) => mails.map(({ subject, text }) => `${subject} ${text}`));
  must(texts.every((text) => !/\b(Sam|Ana|ketamine)\b/i.test(text)), 'a mail names somebody, or the medicine');
  return told.reduce((sum, { count }) => sum + count, 0);
}

/** A late "all well" is kept with its lateness, shown, and closes nothing. */
async function lateWord(demo, sequence) {
  const { sitter, therapist: lee } = demo.pages;
  await well(sitter).click();
  await sitter.getByRole('heading', { name: 'Thank you.' }).waitFor();
  const late = await until('the late answer is kept', async () => (await watchOf(demo)).history.find((look) => look.counted === 'late' && look.sequence >= sequence));
  must(late.signature === 'signed' && late.late_micros > 0, `kept as ${JSON.stringify(late)}`);
  await lee.getByText(/answered .* after it was due/).first().waitFor();
  must((await missedOf(demo)).state === 'open', 'a late answer closed what silence had opened');
  return Math.round(late.late_micros / 1_000);
}

/** The home may raise, and never close: neither the sitter nor the patient. */
async function homeCannotClose(demo) {
  const { id } = await missedOf(demo);
  for (const page of [demo.pages.sitter, demo.pages.patient]) {
    for (const [action, body] of [['acknowledge', {}], ['resolve', { outcome: 'sitter_reached', note: NOTE }]]) {
      const refused = await call(page, 'POST', `/checkins/incidents/${id}/${action}`, body).then(() => null, (error) => error.message);
      must(refused !== null && / answered 40[34] /.test(refused), `the home could ${action} it: ${refused}`);
    }
  }
  must((await missedOf(demo)).state === 'open', 'the home moved it');
}

/** Six digits later the watch is Bruno's, and Ana's phone says that it has it no longer. What silence had opened stays. */
async function brunoSits(demo, page) {
  await demo.pages.therapist.getByText(/The second contact was called\. Bruno/).first().waitFor();
  await second.takesThePlace(demo, page);
  await demo.pages.sitter.getByRole('heading', { name: 'This phone no longer has the watch' }).waitFor();
  await page.getByRole('button', { name: /Something is wrong|Emergency/ }).first().waitFor();
  must((await missedOf(demo)).state === 'open', 'another sitter closed what silence had opened');
}

await new Story('silent-sitter').run(async (story) => {
  const demo = await story.step('a session under way, all pages open', () => open(story));
  const { sitter, therapist: lee } = demo.pages;
  const brunos = await story.step('Sam has named Bruno, and he says yes', () => nameBruno(story, demo));
  const next = await story.step('Ana takes one look, and no more', () => lastLook(demo));
  const deadline_ms = next.deadline_at / 1_000;
  const alarmed = await timeAlarm(lee, demo.session, MISSED);
  const nudge = await story.step('her page nudges her before the next one', () => nudged(sitter));
  await story.step('it is due, and she is silent', () => sitter.getByRole('img', { name: /^Look now/ }).waitFor({ timeout: 60_000 }));
  const told_ms = await story.step('Dr. Lee sees and hears it at the deadline', alarmed);
  const asked_again_ms = await story.step('Ana’s page asks again', () => askedAgain(sitter, deadline_ms));
  const ladder = await story.step('on call is told, then the prescriber and Bruno', () => climbed(demo, deadline_ms));
  const late_ms = await story.step('Ana says "All well", late', () => lateWord(demo, next.sequence));
  const mails = await story.step('the ladder goes on all the same', () => noEnd(demo));
  await story.step('nobody in the home can close it', () => homeCannotClose(demo));
  await story.step('Bruno is there, and takes the place', () => brunoSits(demo, brunos));
  await story.step('Dr. Lee takes it', () => therapist.onIt(lee, MISSED));
  await story.step('and closes it with an outcome and a reason', () => therapist.resolve(lee, MISSED, 'The sitter was reached', NOTE));
  const closed = await story.step('it is closed, by name', () => until('closed', async () => {
    const found = await missedOf(demo);
    return found.state === 'resolved' ? found : null;
  }));
  must(closed.resolved_by === demo.people.therapist && closed.outcome === 'sitter_reached', `closed by ${closed.resolved_by} as ${closed.outcome}`);
  const figures = { told_ms, asked_again_ms, ...ladder, mails, nudge, late_ms, closed: true, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`silent-sitter: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
