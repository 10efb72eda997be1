// The ends that are no discharge, an emergency answer, and pages loaded again in the middle of it all.
// Must show 4 of issue 2.
import { broken } from './lib/bars.mjs';
import { openDemo } from './lib/seats.mjs';
import { Story } from './lib/story.mjs';
import { emergency } from './ends/emergency.mjs';
import { handedOver, noShow, withdrawn, withoutDose } from './ends/ends.mjs';
import { reloads } from './ends/reload.mjs';

const BARS = { card_ms: 2_000, told_ms: 2_000, reload_ms_max: 2_000 };
/** Real minutes between looks: nothing falls due while the story is about something else. */
const PACE = 1;

await new Story('other-ends').run(async (story) => {
  const demo = await story.step('a demo opens mid-session, everyone in their seat', async () => {
    const opened = await openDemo(story, { pace: PACE, name: 'demo' });
    await opened.pages.sitter.goto(opened.links.sitter);
    await opened.pages.sitter.getByRole('button', { name: 'Open my page' }).click();
    await opened.pages.sitter.getByRole('button', { name: 'Something is wrong' }).waitFor();
    await opened.pages.therapist.goto(opened.at('therapist', `/console/${opened.session}`));
    return opened;
  });
  const { card_ms, told_ms } = await story.step('an EMERGENCY answer: the call, the address, three steps', () => emergency(demo));
  const reload_ms = await story.step('every page is loaded again mid-session', () => reloads(demo));
  await story.step('handed over after the dose', () => handedOver(demo));
  await story.step('ended without a dose, with a reason', () => withoutDose(demo));
  await story.step('withdrawn by Sam', () => withdrawn(demo));
  await story.step('nobody came', () => noShow(demo));
  const figures = { ends: 4, card_ms, told_ms, reload_ms, reload_ms_max: Math.max(...Object.values(reload_ms)), seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`other-ends: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
