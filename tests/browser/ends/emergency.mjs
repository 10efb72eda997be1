// An answer that cannot wait: the call and the address first, and three steps of the ladder within two seconds.
import { home } from '../acts/patient.mjs';
import { ask } from '../lib/api.mjs';
import { must } from '../lib/story.mjs';
import { until } from '../lib/until.mjs';

/** Issue 2, step 7: steps 1–3 within this time. */
const TOLD_MS = 2_000;

/** Ana sees no breath, and presses it. Answers when she pressed, on this machine's clock. */
async function press(page) {
  await page.getByRole('button', { name: 'Look now' }).click();
  const answer = page.getByRole('button', { name: 'Pauses, gasps or none' });
  await answer.waitFor();
  const at = Date.now();
  await answer.click();
  return at;
}

/** What is on the screen: the call is the first thing that can be pressed, the address is read without scrolling. */
async function card(page) {
  const sheet = page.getByRole('dialog', { name: 'Emergency' });
  await sheet.waitFor();
  const first = sheet.locator('a, button').first();
  must((await first.getAttribute('href')) === 'tel:911', 'the first press of the card is not the call');
  must(await first.evaluate((link) => link === document.activeElement), 'the call does not have the focus');
  const { height } = page.viewportSize();
  for (const line of [home.line1, home.line2, `${home.city} ${home.region} ${home.postal}`]) {
    const box = await sheet.getByText(line, { exact: true }).boundingBox();
    must(box !== null && box.y + box.height <= height, `"${line}" is not on the first screen`);
  }
}

/** Who is told on which step, and how (reliability.md §2.5). */
const rungs = ({ therapist, sitter, noor, prescriber }) => [[1, therapist, 'screen'], [1, sitter, 'screen'], [2, noor, 'mail'], [3, noor, 'mail'], [3, prescriber, 'mail']];
const isTold = ({ told }, [step, person, channel]) => told.some((one) => one.step === step && one.person === person && one.channel === channel && one.state === 'accepted');

/** Steps 1 to 3 are done when everyone on them is told, and the mails lie in the mailbox. */
async function ladder({ pages, people, session }, pressed_at) {
  const reached = await until('steps 1 to 3', async () => {
    const { incidents } = await ask(pages.therapist, `/checkins/sessions/${session}/watch`);
    const incident = incidents.find(({ severity, state }) => severity === 'emergency' && state === 'open');
    return incident !== undefined && rungs(people).every((rung) => isTold(incident, rung)) ? incident : null;
  }, 10_000);
  const mails = (await ask(pages.coordinator, '/notify/mailbox')).filter(({ incident }) => incident === reached.id);
  must(mails.length >= 2, `${mails.length} mails of this incident, two wanted`);
  return Math.round(Math.max(...mails.map(({ sent_at }) => sent_at), ...reached.told.map(({ at }) => at)) / 1_000 - pressed_at);
}

export async function emergency(demo) {
  const page = demo.pages.sitter;
  const pressed_at = await press(page);
  await card(page);
  const card_ms = Date.now() - pressed_at;
  const told_ms = await ladder(demo, pressed_at);
  await demo.pages.therapist.getByRole('alert').filter({ hasText: /emergency/i }).first().waitFor();
  await page.getByRole('dialog', { name: 'Emergency' }).getByRole('button', { name: 'Back to the watch' }).click();
  return { card_ms, told_ms, holds: card_ms <= TOLD_MS && told_ms <= TOLD_MS };
}
