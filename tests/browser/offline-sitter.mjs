// The phone in the cellar: no line for two looks, the page even opened anew. The clinic is told in time all the same,
// the card and the call are there, and what Ana saw arrives afterwards, signed, with both times.
import * as therapist from './acts/therapist.mjs';
import { broken } from './lib/bars.mjs';
import { watchOf } from './lib/api.mjs';
import { timeAlarm } from './lib/figures.mjs';
import { rest } from './lib/home.mjs';
import { openDemo } from './lib/seats.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';

const BARS = { missed_told_ms: 1_000 };
/** 60 s between looks and 12 s of grace. */
const PACE = 10;
/** An answer that waited on the phone arrives this much later than it was given, at the least. */
const GAP_MICROS = 3_000_000;
const MISSED = 'No answer from Ana';
const well = (page) => page.getByRole('button', { name: 'All well', exact: true });

async function open(story) {
  const demo = await openDemo(story, { pace: PACE, name: 'offline-sitter' });
  const { sitter, therapist: lee } = demo.pages;
  await sitter.goto(demo.links.sitter);
  const brought = sitter.waitForResponse((response) => response.url().endsWith('/phone') && response.ok());
  await sitter.getByRole('button', { name: 'Open my page' }).click();
  await brought;
  await until('the page is kept on the phone', () => sitter.evaluate(async () => (await caches.match('/s')) !== undefined && navigator.serviceWorker.controller !== null));
  await lee.goto(demo.at('therapist', `/console/${demo.session}`));
  await lee.getByRole('heading', { name: /Sam/ }).click();
  return demo;
}

/** Named, with icons of its own, and to be opened on its own: what a phone wants before it installs a page. */
async function installable(page) {
  const { manifest, icons } = await page.evaluate(async () => {
    const link = document.querySelector('link[rel=manifest]').href;
    const read = await (await fetch(link)).json();
    const kinds = await Promise.all(read.icons.map(async ({ src }) => (await fetch(src)).headers.get('content-type')));
    return { manifest: read, icons: kinds };
  });
  must(manifest.start_url === '/s' && manifest.display === 'standalone', 'the page does not open on its own');
  must(icons.length >= 2 && icons.every((kind) => kind === 'image/svg+xml'), `icons are ${icons}`);
}

/** Ana answers what the phone asks by its own clock; it is kept, and said to be kept. */
async function keptAnswer(page, count) {
  await well(page).waitFor({ timeout: 90_000 });
  await well(page).click();
  await page.getByText('Kept on this phone').waitFor();
  const queue = await page.evaluate(() => JSON.parse(localStorage.getItem('holdspace.sitter.queue.main')));
  must(queue.filter(({ path, signature, by }) => path.endsWith('/checkins') && signature?.length === 86 && by === undefined).length === count, `${count} signed answers wanted, ${JSON.stringify(queue)} kept`);
}

/** Opened anew without a line: the card, the call, the address. A thumb that rests on SOS gets the same. */
async function card(page) {
  await page.reload();
  await page.getByText('No connection.').first().waitFor();
  const sos = page.getByRole('button', { name: 'Hold for 3 seconds to call for help' });
  await sos.waitFor();
  await rest(page, sos, 3_300);
  const sheet = page.getByRole('dialog', { name: 'Emergency' });
  await sheet.waitFor();
  const call = await sheet.getByRole('link', { name: /^Call / }).first().getAttribute('href');
  const address = await sheet.getByText('12 Harbor Lane').isVisible().catch(() => false);
  await sheet.getByText(/not told yet/).waitFor();
  await sheet.getByRole('button', { name: 'Back to the watch' }).click();
  return call.startsWith('tel:') && address;
}

/** What was kept has arrived: both times, signed, and nothing is closed by it. */
async function arrived(demo) {
  const { pages } = demo;
  await pages.sitter.context().setOffline(false);
  const late = await until('both answers arrive', async () => {
    const { history } = await watchOf(demo);
    const waited = history.filter(({ received_at, answered_at }) => received_at - answered_at > GAP_MICROS);
    return waited.length >= 2 ? waited : null;
  }, 30_000);
  await until('the alarm that waited arrives', async () => (await watchOf(demo)).incidents.some(({ cause }) => cause === 'alarm'));
  must(late.every(({ counted }) => counted === 'late'), 'a late answer counts as in time');
  const { incidents } = await watchOf(demo);
  must(incidents.some(({ cause, state }) => cause === 'missed_checkin' && state === 'open'), 'a late answer closed what silence had opened');
  await pages.therapist.getByText(/arrived .* later/).first().waitFor();
  return { answers_kept: late.length, answers_signed: late.filter(({ signature }) => signature === 'signed').length };
}

await new Story('offline-sitter').run(async (story) => {
  const demo = await story.step('a session under way, and the page is kept on Ana’s phone', () => open(story));
  const { sitter, therapist: lee } = demo.pages;
  await story.step('the page can be installed', () => installable(sitter));
  await well(sitter).waitFor({ timeout: 90_000 });
  await well(sitter).click();
  await sitter.getByRole('heading', { name: 'Thank you.' }).waitFor();
  const { missed } = await watchOf(demo);
  await sitter.context().setOffline(true);
  const card_offline = await story.step('no line, opened anew: the card and the call are there', () => card(sitter));
  const alarmed = await timeAlarm(lee, demo.session, MISSED);
  await story.step('Ana answers a look that cannot leave', () => keptAnswer(sitter, 1));
  const missed_told_ms = await story.step('Dr. Lee is told of the missed look', alarmed);
  await story.step('and another one, after opening the page once more', async () => {
    await sitter.reload();
    await keptAnswer(sitter, 2);
    await until('the second look is missed as well', async () => (await watchOf(demo)).missed >= missed + 2, 60_000);
  });
  const kept = await story.step('the line is back: both arrive, signed, late', () => arrived(demo));
  await story.step('a person closes it', () => therapist.resolve(lee, MISSED, 'The sitter was reached', 'The phone had no line in the cellar.'));
  const figures = { missed_told_ms, ...kept, card_offline, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  if (kept.answers_kept !== 2 || kept.answers_signed !== 2) reasons.push('two answers, both signed, are wanted');
  if (!card_offline) reasons.push('the card was not whole without a line');
  reasons.forEach((reason) => process.stderr.write(`offline-sitter: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
