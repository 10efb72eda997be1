// A page that is loaded again in the middle of a session comes back to the very same state, and soon.
import { askSupport } from '../acts/patient.mjs';
import { countBreaths, startOf } from '../acts/watching.mjs';
import { must } from '../lib/story.mjs';
import { until } from '../lib/until.mjs';

/** Each screen's state, in what a person reads off it. Ages and countdowns are left out: they go on. */
const facts = {
  therapist: async (page) => ({
    phase: (await page.getByRole('heading', { level: 1 }).innerText()).replaceAll(/T\+[\d:]+/g, '').trim(),
    incidents: await page.getByRole('article').getByRole('button').allInnerTexts(),
    drawer: await page.getByRole('region', { name: 'Enter vitals' }).count(),
    numbers: await page.getByRole('region', { name: 'Vitals', exact: true }).getByText(/^\d+\/\d+/).allInnerTexts(),
    looks: await page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').count(),
    watch: await page.getByText('Watch on', { exact: true }).count(),
  }),
  sitter: async (page) => ({
    question: await page.getByText(/\d of \d$/).allInnerTexts(),
    choices: await page.getByRole('main').getByRole('group').getByRole('button').allInnerTexts(),
    dock: await page.getByRole('button', { name: /Something is wrong|Emergency/ }).count(),
    told: await page.getByText('The clinic is told').count(),
  }),
  patient: async (page) => ({
    dark: await page.getByRole('button', { name: /^I need support/ }).count(),
    said: (await page.getByRole('status').innerText()).trim(),
  }),
  prescriber: async (page) => ({
    asked: await page.getByRole('alert').allInnerTexts(),
    press: await page.getByRole('button', { name: "I'm on it" }).count(),
    facts: (await page.getByRole('definition').allInnerTexts()).map((text) => text.replaceAll(/T\+[\d:]+|\d+ (s|min|h)( ago)?|just now/g, '')),
  }),
  coordinator: async (page) => ({
    rows: (await page.getByRole('main').getByRole('link', { name: /Trail|Open/ }).allInnerTexts()).sort(),
    incidents: await page.getByText(/open incident/).count(),
  }),
};

const same = (before, now) => JSON.stringify(before) === JSON.stringify(now);

/** Loads the page again; answers the milliseconds until its state is what it was. */
async function reloaded(role, page) {
  const before = await facts[role](page);
  const began = Date.now();
  await page.reload({ waitUntil: 'commit' });
  return backAgain(role, page, before, began);
}

/** The tab is gone, as after a crash; a new one is opened where the old one was. */
async function reopened(role, pages) {
  const before = await facts[role](pages[role]);
  const [context, where] = [pages[role].context(), pages[role].url()];
  await pages[role].close();
  pages[role] = await context.newPage();
  const began = Date.now();
  await pages[role].goto(where, { waitUntil: 'commit' });
  return backAgain(role, pages[role], before, began);
}

async function backAgain(role, page, before, began) {
  let now = null;
  await until(`${role}: the same state`, async () => same(before, (now = await facts[role](page).catch(() => null))), 10_000)
    .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(before)} became ${JSON.stringify(now)}`); });
  return Date.now() - began;
}

/** Everyone is in the middle of something: a drawer open, a look half answered, a call for support under way. */
async function inTheMiddle({ pages, at, session }) {
  await pages.therapist.goto(at('therapist', `/console/${session}?open=vitals`));
  await pages.therapist.getByRole('region', { name: 'Enter vitals' }).waitFor();
  await pages.prescriber.goto(at('prescriber', `/prescriber/${session}`));
  await pages.prescriber.getByRole('button', { name: "I'm on it" }).first().waitFor();
  await pages.coordinator.goto(at('coordinator', '/board'));
  await pages.coordinator.getByText(/open incident/).first().waitFor();
  await pages.patient.goto(at('patient', `/room/${session}`));
  await pages.patient.getByRole('button', { name: /^Touch once to hear/ }).click();
  await askSupport(pages.patient);
  const easy = pages.sitter.getByRole('main').getByRole('button', { name: 'Easy' });
  await easy.or(pages.sitter.getByRole('button', { name: 'Look now' })).or(startOf(pages.sitter)).first().waitFor();
  const early = pages.sitter.getByRole('button', { name: 'Look now' });
  if (await early.isVisible()) await early.click();
  await easy.or(startOf(pages.sitter)).first().waitFor();
  if (await startOf(pages.sitter).isVisible()) await countBreaths(pages.sitter);
  await easy.click();
  await pages.sitter.getByText(/2 of 3$/).waitFor();
}

export async function reloads(demo) {
  await inTheMiddle(demo);
  const took = {};
  for (const role of Object.keys(facts)) took[role] = await reloaded(role, demo.pages[role]);
  for (const role of ['sitter', 'therapist']) took[`${role}_new_tab`] = await reopened(role, demo.pages);
  must(Object.values(took).every(Number.isFinite), 'a page did not come back');
  return took;
}
