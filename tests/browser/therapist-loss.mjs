// Dr. Lee's machine dies in the middle of a session. Whoever can take over sees it, is paged, and Ana reads that she stays.
import { ask, watchOf } from './lib/api.mjs';
import { broken } from './lib/bars.mjs';
import { openDemo } from './lib/seats.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';

/** 20 s until it is an incident and 60 s until cover is paged, each noticed within 5 s: a page polls so often. */
const BARS = { missed_ms: 26_000, paged_ms: 66_000, sitter_ms: 31_000 };
/** Real minutes: nobody's look falls due within the story. */
const PACE = 1;
const WORDS = 'One incident has no owner';

const ofCause = (watch, wanted) => watch.incidents.find(({ cause }) => cause === wanted);

await new Story('therapist-loss').run(async (story) => {
  const demo = await story.step('a session under way; Dr. Lee, Ana and Dr. Okafor have their pages open', async () => {
    const opened = await openDemo(story, { pace: PACE, name: 'loss' });
    const { sitter, therapist, prescriber } = opened.pages;
    await sitter.goto(opened.links.sitter);
    await sitter.getByRole('button', { name: 'Open my page' }).click();
    await prescriber.goto(opened.at('prescriber', '/board'));
    await prescriber.getByText('Sam').first().waitFor();
    await therapist.goto(opened.at('therapist', `/console/${opened.session}`));
    await therapist.getByRole('heading', { name: /Sam/ }).waitFor();
    await until('the page is noted', async () => (await watchOf(opened)).signs.some(({ sign, seen_at }) => sign === 'therapist_page' && seen_at !== null));
    must(ofCause(await watchOf(opened), 'therapist_lost') === undefined, 'the demo opened with an incident');
    return opened;
  });
  const { pages, people } = demo;
  const context = pages.therapist.context();
  await context.close();
  const gone_at = Date.now();
  const missed_ms = await story.step('the board says it', async () => {
    await pages.prescriber.getByText(WORDS).first().waitFor({ timeout: 60_000 });
    return Date.now() - gone_at;
  });
  const sitter_ms = await story.step('Ana reads that the screen is gone, and to keep looking', async () => {
    await pages.sitter.getByText('The therapist’s screen is gone. Stay, and keep looking.').waitFor({ timeout: 30_000 });
    return Date.now() - gone_at;
  });
  const paged_ms = await story.step('Noor has mail', async () => {
    const incident = ofCause(await watchOf(demo), 'therapist_lost');
    await until('mail for Noor', async () => (await ask(pages.coordinator, '/notify/mailbox')).some((mail) => mail.incident === incident.id), 60_000);
    must(!incident.told.some(({ person }) => person === people.therapist), 'whoever is gone was told');
    return Date.now() - gone_at;
  });
  await story.step('Dr. Okafor takes it, and it stays until a person closes it', async () => {
    await pages.prescriber.getByRole('button', { name: "I'm on it" }).click();
    await until('it is held', async () => ofCause(await watchOf(demo), 'therapist_lost').acknowledged_by === people.prescriber);
    const back = story.shows('loss-therapist-back', await demo.others.seat('therapist'));
    await back.goto(demo.links.therapist);
    must(ofCause(await watchOf(demo), 'therapist_lost').state !== 'resolved', 'it closed itself');
  });
  const figures = { missed_ms, sitter_ms, paged_ms, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`therapist-loss: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
