// Sam's tablet and Ana's phone are gone at once: two weak signs, one incident, one clear page.
import { watchOf } from './lib/api.mjs';
import { broken } from './lib/bars.mjs';
import { openDemo } from './lib/seats.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';

/** 45 s until a page's silence counts, 5 s until a look at it, and a page that polls every 5 s. */
const BARS = { shown_ms: 56_000, told_ms: 56_000, incidents: 1 };
/** Real minutes: nobody's look falls due within the story. */
const PACE = 1;
const WORDS = 'Nobody can see how Sam is';

const open = ({ incidents }) => incidents.filter(({ state }) => state !== 'resolved');

await new Story('lost-patient').run(async (story) => {
  const demo = await story.step('a session under way, and all three have their pages open', async () => {
    const opened = await openDemo(story, { pace: PACE, name: 'lost' });
    const { patient, sitter, therapist } = opened.pages;
    await sitter.goto(opened.links.sitter);
    await sitter.getByRole('button', { name: 'Open my page' }).click();
    await patient.goto(opened.at('patient', `/room/${opened.session}`));
    await therapist.goto(opened.at('therapist', `/console/${opened.session}`));
    await therapist.getByRole('heading', { name: /Sam/ }).waitFor();
    const wanted = ['patient_page', 'sitter_page', 'therapist_page'];
    await until('all pages are noted', async () => {
      const { signs } = await watchOf(opened);
      return wanted.every((sign) => signs.some((one) => one.sign === sign && one.seen_at !== null));
    });
    must(open(await watchOf(opened)).length === 0, 'the demo opened with an incident');
    return opened;
  });
  const { patient, sitter, therapist } = demo.pages;
  await Promise.all([patient.context().close(), sitter.context().close()]);
  const gone_at = Date.now();
  const shown_ms = await story.step('the console says that Ana’s phone is not reachable', async () => {
    await therapist.getByText(/Ana’s phone is not reachable\. For/).waitFor({ timeout: 90_000 });
    return Date.now() - gone_at;
  });
  const told_ms = await story.step('and that nobody can see how Sam is', async () => {
    await therapist.getByRole('alert').filter({ hasText: WORDS }).waitFor({ timeout: 90_000 });
    return Date.now() - gone_at;
  });
  const incidents = await story.step('it is one incident for both, and a person takes it', async () => {
    const all = open(await watchOf(demo));
    must(all.length === 1 && all[0].cause === 'lost_patient', `open: ${all.map(({ cause }) => cause).join(', ')}`);
    await therapist.getByRole('button', { name: "I'm on it" }).first().click();
    await until('it is held', async () => open(await watchOf(demo))[0].acknowledged_by === demo.people.therapist);
    return all.length;
  });
  const figures = { shown_ms, told_ms, incidents, severity: open(await watchOf(demo))[0].severity, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`lost-patient: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
