// The dose and the two protocol hours after it: looks, a call for support, an urgent answer, silence, and what follows.
import { pressLink } from '../acts/doors.mjs';
import { askSupport } from '../acts/patient.mjs';
import * as sitter from '../acts/sitter.mjs';
import * as therapist from '../acts/therapist.mjs';
import { Watching, answerQuestions, lookLate } from '../acts/watching.mjs';
import { lookTimes, p95, timeAlarm, timeLooks } from '../lib/figures.mjs';
import { linkIn } from '../lib/mail.mjs';
import { ana, noor, sam } from '../lib/people.mjs';
import { must } from '../lib/story.mjs';

const SILENT = `No answer from ${ana.name}`;
const URGENT = `${ana.name} saw something worrying`;

const inPhase = (page, phase) => page.getByRole('heading', { level: 1, name: new RegExp(`${phase}$`) });

async function dose({ screens }) {
  await therapist.beginDose(screens.lee, ana);
  await sitter.witness(screens.ana, sam);
  await inPhase(screens.lee, 'absorb').waitFor();
}

async function support({ screens }) {
  const seen = therapist.seeSupport(screens.lee, sam);
  await askSupport(screens.sam);
  await seen;
  await screens.sam.getByText('Dr. Lee has seen this.').waitFor();
}

async function askedOneByOne({ screens, watching }) {
  await watching.hold();
  await answerQuestions(screens.ana, ['Easy', 'Normal', 'Eyes, word, nod or squeeze']);
  await screens.ana.getByRole('heading', { name: 'Thank you.' }).waitFor();
  watching.release();
}

/** Breathing that is noisy cannot wait for the other questions, nor for the next look. */
async function urgent({ screens, watching }) {
  await watching.hold();
  await answerQuestions(screens.ana, ['Noisy or slow']);
  await screens.ana.getByRole('heading', { name: 'Do this now' }).waitFor();
  await screens.ana.getByText('Roll them onto their side.').waitFor();
  await therapist.onIt(screens.lee, URGENT);
  await screens.ana.getByRole('button', { name: 'Done. Back to the watch' }).click();
  watching.release();
  await therapist.resolve(screens.lee, URGENT, 'Seen on camera and well', 'Turned on the side; breathing is quiet again.');
}

/** Ana does not answer. The screen and its sound; then a late word, which closes nothing; then Noor, by mail. */
async function silence({ screens, watching, session, mail, figures }) {
  const before = mail.all().length;
  await watching.hold();
  const alarmed = await timeAlarm(screens.lee, session, SILENT);
  figures.missed_to_alarm_ms = await alarmed();
  await lookLate(screens.ana);
  const card = therapist.incident(screens.lee, SILENT);
  await screens.lee.getByRole('region', { name: 'Watch' }).getByText('all well').waitFor();
  must(await card.getByRole('button', { name: "I'm on it" }).isVisible(), 'a late "all well" closed what silence had opened');
  watching.release();
  const told = await mail.to(noor.email, ({ text }) => text.includes('/ack#'), before);
  await pressLink(screens.noor, linkIn(told, 'ack'), "I'm on it", 'You are on it');
  await card.getByText(/^Noor is on it\./).waitFor();
  await therapist.resolve(screens.lee, SILENT, 'The sitter was reached', 'Ana had put the phone down.');
}

async function tooEarly({ screens }) {
  const form = await therapist.fillDischarge(screens.lee);
  const sign = form.getByRole('button', { name: 'Sign the discharge' });
  must((await sign.getAttribute('aria-disabled')) === 'true', 'the discharge may be signed too early');
  await form.getByText(/^Not before \d\d:\d\d/).waitFor();
  // A button that says why not can still be pressed; nothing may come of it.
  await sign.click({ force: true });
  must(!(await screens.ana.getByRole('heading', { name: 'is handed to you' }).isVisible()), 'an early discharge went through');
  return { form, sign };
}

async function discharge(stage, { sign }) {
  const { screens, watching } = stage;
  await inPhase(screens.lee, 'recover').waitFor({ timeout: 90_000 });
  await screens.ana.getByText(/ · recover · /).waitFor();
  await watching.hold();
  await sitter.measure(screens.ana, { systolic: 126, diastolic: 80, pulse: 70, oxygen: 97 });
  await sign.click();
  await screens.lee.getByText(/^You signed\./).waitFor();
  await watching.stop();
  await sitter.takeOver(screens.ana, sam);
  await screens.lee.getByText(`${sam.name} is discharged. The watch waits for the morning.`).waitFor();
}

export async function watch(story, stage) {
  const { screens, figures } = stage;
  await story.step('Dr. Lee begins the dose and Ana witnesses it', () => dose(stage));
  await timeLooks(screens.ana, screens.lee);
  stage.watching = new Watching(screens.ana).begin();
  await story.step('Sam asks for support and Dr. Lee sees it', () => support(stage));
  await story.step('Ana answers a look question by question', () => askedOneByOne(stage));
  await story.step('Ana measures during the session', () => sitter.measure(screens.ana, { systolic: 132, diastolic: 82, pulse: 74, oxygen: 97 }));
  await story.step('an urgent answer opens an incident at once', () => urgent(stage));
  await story.step('a missed look alarms the screen, then Noor', () => silence(stage));
  const signing = await story.step('a discharge too early is refused', () => tooEarly(stage));
  await story.step('both sign the discharge', () => discharge(stage, signing));
  const times = await lookTimes(screens.ana, screens.lee);
  process.stderr.write(`  looks on screen after (ms): ${times.join(', ')}\n`);
  figures.checkins = times.length;
  figures.checkin_to_screen_ms_p95 = p95(times);
}
