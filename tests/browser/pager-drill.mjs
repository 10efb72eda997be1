// No dose before somebody outside has answered a real page for this very session: the page comes by itself, goes from one
// to the next, a press in a mail answers it, and only then may the dose begin. Through pages, in Chromium, over real SMTP.
import { pressLink } from './acts/doors.mjs';
import * as sitter from './acts/sitter.mjs';
import * as therapist from './acts/therapist.mjs';
import { ask, tell } from './lib/api.mjs';
import { broken } from './lib/bars.mjs';
import { browserOf, office } from './lib/browser.mjs';
import { openHouse } from './lib/house.mjs';
import { linkIn, Mail } from './lib/mail.mjs';
import { ana, lee, noor, okafor, sam } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';
import { before } from './remote/clinic.mjs';
import { ready } from './remote/ready.mjs';

/** Taken by the mail server within 5 s; the next person's turn comes after the shortest step people are given, 5 s. */
const BARS = { paged_after_ms: 5_000, next_after_ms: 7_000, answered_to_green_ms: 6_000 };
const NEXT_MS_MIN = 5_000;
const PAGE = 'The page before the session';
const MISSING = 'One thing before Sam can begin: on-call answer (Noor).';

const isPage = ({ text }) => text.includes('/oncall#');
const watchOf = ({ screens, session }) => ask(screens.lee, `/checkins/sessions/${session}/watch`);
const part = (page) => page.getByRole('region', { name: PAGE });

async function open(story) {
  const mail = story.keeps(await Mail.open());
  const house = story.keeps(await openHouse({ mail, name: 'pager' }));
  const [sams, anas, lees, others] = await Promise.all([browserOf(sam, { phone: true, zone: 'America/Los_Angeles' }), browserOf(ana, { phone: true, zone: 'America/Los_Angeles' }), browserOf(lee), office()]);
  for (const browser of [sams, anas, lees, others]) story.keeps(browser);
  const screens = { sam: sams.page, ana: anas.page, lee: lees.page };
  for (const label of ['admin', 'mia', 'okafor', 'noor']) screens[label] = await others.seat(label, { phone: label === 'noor' });
  for (const [label, page] of Object.entries(screens)) story.shows(label, page);
  return { mail, ...house, screens, figures: {} };
}

/** From the first arrival to the mail server's word for having the first page: by the house's own clock. */
async function cameByItself({ mail, screens, session }) {
  await mail.to(noor.email, isPage);
  const trail = await ask(screens.lee, `/safety/sessions/${session}/trail`);
  const arrived = trail.find(({ action, resource }) => action === 'session.moved' && resource === 'arriving');
  const { pager } = await until('the first page was taken', async () => {
    const watch = await watchOf({ screens, session });
    return watch.pager.pages[0]?.state === 'accepted' ? watch : null;
  });
  const [first] = pager.pages;
  must(first.channel === 'mail' && first.round === 0, `the first page is ${JSON.stringify(first)}`);
  return Math.round((first.at - arrived.at) / 1_000);
}

/** The button is shut and says why; pressing past it is refused with this one item, and nothing has begun. */
async function refused({ screens, session }) {
  const page = screens.lee;
  await page.getByText(MISSING).waitFor();
  must((await page.getByRole('button', { name: 'Begin dose' }).getAttribute('aria-disabled')) === 'true', 'the dose may begin though nobody answered');
  const why = await tell(page, `/safety/sessions/${session}/dose/offer`).then(() => 'it was taken', ({ message }) => message);
  must(why.includes('gate.closed') && why.includes('RX-CALL'), `the offer was answered: ${why}`);
  const { red } = await ask(page, `/safety/sessions/${session}/gate`);
  must(red.length === 1, `red are ${red.map(({ id }) => id).join(', ')}`);
  const { phase } = await ask(page, `/safety/sessions/${session}`);
  must(phase === 'gate', `the session is ${phase}`);
  return red[0].id;
}

/** Everybody was asked while people got ready, and nobody answered: the house says so and gives up loudly. */
async function nobodyAnswers(stage) {
  await until('every page went unanswered', async () => (await watchOf(stage)).pager.state === 'unanswered', 90_000);
  await part(stage.screens.lee).getByText('Nobody answered. Call them, then page again.').waitFor();
  const { pager } = await watchOf(stage);
  const turns = new Set(pager.pages.map(({ person }) => person));
  must(turns.size === 2, `${turns.size} people were paged, not two`);
  return pager.pages.length;
}

/** Asked by hand, Noor first; she stays silent, and it is Dr. Okafor's turn. */
async function nextIsAsked({ mail, screens }) {
  const told = mail.all().length;
  await part(screens.lee).getByRole('button', { name: 'Page Noor now' }).click();
  await mail.to(noor.email, isPage, told);
  const asked_at = Date.now();
  await part(screens.lee).getByText(/^Noor is being paged\. Without an answer the next person is/).waitFor();
  const page = await mail.to(okafor.email, isPage, told);
  const next_after_ms = Date.now() - asked_at;
  must(page.subject.includes('[Drill]'), 'the mail does not say that this is a drill');
  // The link is random letters: any word may be in it.
  must(!/Sam|Ana|Lee|ketamin|dose/i.test(page.subject + page.text.replaceAll(/\S*#\S+/g, '')), 'the mail tells too much');
  await part(screens.lee).getByText(/^Dr\. Okafor by mail \(/).last().waitFor();
  return { page, next_after_ms };
}

/** Looking at the link answers nothing; the press does, and the console turns. */
async function answered(stage, page) {
  const { screens, origin } = stage;
  const link = linkIn(page, 'oncall').replace(/^http:\/\/[^/]+/, origin);
  await screens.okafor.goto(link);
  await screens.okafor.getByText('Opening this page changed nothing yet.').waitFor();
  must((await watchOf(stage)).on_call_confirmed_at === null, 'opening the link answered the page');
  const green = therapist.allReady(screens.lee, sam).then(() => Date.now());
  green.catch(() => null);
  const pressed_at = Date.now();
  await pressLink(screens.okafor, link, 'I am on call', 'Thank you');
  const answered_to_green_ms = (await green) - pressed_at;
  await part(screens.lee).getByText(/^Dr\. Okafor answered at \d\d:\d\d/).waitFor();
  await part(screens.lee).getByText('Has not answered a page for thirty days, and does not count as reachable: Noor.').waitFor();
  return answered_to_green_ms;
}

async function doseBegins({ screens, session }) {
  await therapist.beginDose(screens.lee, ana);
  await sitter.witness(screens.ana, sam);
  await until('the dose has begun', async () => (await ask(screens.lee, `/safety/sessions/${session}`)).phase === 'dosed');
}

await new Story('pager-drill').run(async (story) => {
  const stage = await story.step('the house opens, and three browsers', () => open(story));
  await before(story, stage);
  must(!stage.mail.all().some(isPage), 'somebody was paged hours before the session');
  // Everybody gets ready, and nobody answers the pages that come meanwhile.
  await ready(story, stage, { answer: async () => null, settled: async () => null });
  const figures = {};
  figures.paged_after_ms = await story.step('the page came by itself when people arrived', () => cameByItself(stage));
  figures.refused_for = await story.step('all is ready but the answer: red on the console, and the dose is refused', () => refused(stage));
  figures.unanswered = await story.step('nobody answers, and the console says so', () => nobodyAnswers(stage));
  const { page, next_after_ms } = await story.step('asked again, Noor is silent and Dr. Okafor is paged', () => nextIsAsked(stage));
  figures.next_after_ms = next_after_ms;
  figures.answered_to_green_ms = await story.step('Dr. Okafor presses the link, and the console turns green', () => answered(stage, page));
  await story.step('now the dose may begin', () => doseBegins(stage));
  const reasons = [...broken(figures, BARS), ...(next_after_ms >= NEXT_MS_MIN - 1_000 ? [] : [`the next person was paged after ${next_after_ms} ms: nobody can have answered by then`])];
  reasons.forEach((reason) => process.stderr.write(`pager-drill: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, seconds: story.seconds, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
