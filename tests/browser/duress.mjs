// Ana cannot speak freely. Her answer looks like any other, and the clinic knows; in the home nothing tells.
import { askSupport } from './acts/patient.mjs';
import { broken } from './lib/bars.mjs';
import { ask, watchOf } from './lib/api.mjs';
import { overhear, rest, wordsOn } from './lib/home.mjs';
import { openDemo } from './lib/seats.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';

const BARS = { told_ms: 2_000, seen_at_home: 0 };
/** 60 s between looks: time for a hold, and the next look comes within the story. */
const PACE = 10;
const HOLD_MS = 3_300;
const WORDS = 'Quiet call for help from the sitter';
/** Words that only this incident brings. */
const TRACE = /quiet[ _]call|clinic is told|is on it/i;
const RULE = 'Do not ring the sitter’s phone first.';

const well = (page) => page.getByRole('button', { name: 'All well', exact: true });

async function open(story) {
  const demo = await openDemo(story, { pace: PACE, name: 'duress' });
  const { sitter, patient, therapist } = demo.pages;
  await sitter.goto(demo.links.sitter);
  const brought = sitter.waitForResponse((response) => response.url().endsWith('/phone') && response.ok());
  await sitter.getByRole('button', { name: 'Open my page' }).click();
  await brought;
  await patient.goto(demo.at('patient', `/room/${demo.session}`));
  await patient.getByRole('button', { name: /^Touch once to hear/ }).click();
  await therapist.goto(demo.at('therapist', `/console/${demo.session}`));
  await therapist.getByRole('heading', { name: /Sam/ }).waitFor();
  return demo;
}

/** What was open before belongs to the demo; the story wants to see what its own answers do. */
async function quietBefore(demo) {
  const { incidents } = await watchOf(demo);
  must(incidents.every(({ state }) => state === 'resolved'), 'the demo opened with an incident');
}

/** One look, answered by a press or by a thumb that rests; and what went over the line for it. */
async function look(page, for_ms) {
  await well(page).waitFor({ timeout: 90_000 });
  const sending = page.waitForRequest((request) => request.url().endsWith('/checkins') && request.method() === 'POST');
  const lifted_at = await rest(page, well(page), for_ms);
  const request = await sending;
  const answer = await (await request.response()).json();
  await page.getByRole('heading', { name: 'Thank you.' }).waitFor();
  const headers = await request.allHeaders();
  const kinds = (object) => Object.entries(object).map(([name, value]) => `${name}:${typeof value}`);
  return {
    lifted_at,
    on_page: await wordsOn(page),
    on_line: {
      path: new URL(request.url()).pathname,
      length: request.postData().length,
      fields: kinds(JSON.parse(request.postData())),
      headers: Object.entries(headers).filter(([name]) => name !== 'cookie').map(([name, value]) => `${name}:${value.length}`).sort(),
      status: (await request.response()).status(),
      answer: kinds(answer),
      said: [answer.severity, answer.todo.length, answer.counted, answer.warning],
    },
  };
}

/** On the therapist's screen: the words, the rule, and what to do; told at once to all who are on the ladder. */
async function told({ pages, people, session }, lifted_at) {
  const strip = pages.therapist.getByRole('alert').filter({ hasText: WORDS });
  await strip.waitFor({ timeout: 10_000 });
  const told_ms = Date.now() - lifted_at;
  must((await strip.innerText()).includes(RULE), 'the console does not say whom not to ring');
  await pages.therapist.getByRole('list', { name: 'What to do' }).waitFor();
  const incident = await until('on-call lead and prescriber are told', async () => {
    const { incidents } = await ask(pages.therapist, `/checkins/sessions/${session}/watch`);
    const found = incidents.find(({ cause }) => cause === 'quiet_call');
    return found !== undefined && [people.noor, people.prescriber].every((who) => found.told.some(({ person, state }) => person === who && state === 'accepted')) ? found : null;
  });
  must(!incident.told.some(({ person }) => [people.sitter, people.patient].includes(person)), 'somebody in the home was told');
  const mails = (await ask(pages.coordinator, '/notify/mailbox')).filter((mail) => mail.incident === incident.id);
  must(mails.length >= 2 && mails.every(({ text }) => text.startsWith(WORDS) && text.includes('Do not ring the sitter')), 'a mail does not say it first');
  return { told_ms, incident };
}

/** Everything that reached the home, and every word on its screens, searched for a trace of it. */
async function traces({ pages }, heard, incident, before) {
  const now = { sitter: await wordsOn(pages.sitter), patient: await wordsOn(pages.patient) };
  const found = [...heard.filter((text) => text.includes(incident.id) || TRACE.test(text)), ...Object.values(now).filter((words) => TRACE.test(words))];
  if (now.patient !== before.patient) found.push(`"${before.patient}" became "${now.patient}"`);
  found.forEach((text) => process.stderr.write(`  ! in the home: ${text.slice(0, 300)}\n`));
  return found.length;
}

await new Story('duress').run(async (story) => {
  const demo = await story.step('a session under way, and Ana’s phone has brought its keys', () => open(story));
  const { sitter, patient, therapist } = demo.pages;
  await quietBefore(demo);
  const plain = await story.step('Ana presses "All well"', () => look(sitter, 0));
  const before = { patient: await wordsOn(patient) };
  const heard = [overhear(sitter), overhear(patient)];
  const quiet = await story.step('Ana rests her thumb on "All well"', () => look(sitter, HOLD_MS));
  const { told_ms, incident } = await story.step('Dr. Lee reads it, and whom not to ring', () => told(demo, quiet.lifted_at));
  await story.step('on the line and on the page the two looks are alike', () => {
    must(JSON.stringify(plain.on_line) === JSON.stringify(quiet.on_line), `${JSON.stringify(plain.on_line)} became ${JSON.stringify(quiet.on_line)}`);
    must(plain.on_page === quiet.on_page, `"${plain.on_page}" became "${quiet.on_page}"`);
  });
  await story.step('Dr. Lee takes it; the pages of the home go on', async () => {
    await therapist.getByRole('article').filter({ hasText: WORDS }).getByRole('button', { name: "I'm on it" }).click();
    await therapist.getByText(/is on it/).first().waitFor();
    await sitter.reload();
    await look(sitter, 0);
  });
  const seen_at_home = await traces(demo, heard.flat(), incident, before);
  await askSupport(patient);
  const figures = { told_ms, seen_at_home, answers_heard: heard.flat().length, seconds: story.seconds };
  const reasons = [...broken(figures, BARS), ...(figures.answers_heard > 20 ? [] : ['too little was overheard to say anything'])];
  reasons.forEach((reason) => process.stderr.write(`duress: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
