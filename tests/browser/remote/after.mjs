// After: what comes next for Sam, the morning by link, the last signature, and the whole of it on one page.
import { answerMorning, pickFirstTime } from '../acts/patient.mjs';
import { closeSession } from '../acts/therapist.mjs';
import { linkIn } from '../lib/mail.mjs';
import { lee, sam } from '../lib/people.mjs';
import { must } from '../lib/story.mjs';

async function cards(page) {
  await page.getByRole('link', { name: 'How it goes on' }).click();
  await page.getByRole('heading', { name: 'How are you?' }).waitFor();
  await page.getByRole('button', { name: 'Next card' }).click();
  must((await page.getByRole('main').getByRole('listitem').count()) >= 4, 'the rules for the day are missing');
  await page.getByRole('button', { name: 'Next card' }).click();
}

async function talk(page) {
  await page.getByRole('link', { name: 'Find a time' }).click();
  await pickFirstTime(page);
  await page.getByRole('heading', { name: 'It is booked' }).waitFor();
}

async function write(page) {
  await page.getByRole('link', { name: 'To the first page' }).click();
  await page.getByRole('link', { name: 'Journal', exact: true }).click();
  await page.getByLabel('What stayed with you?').fill('A wide, quiet field.');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('A wide, quiet field.').waitFor();
}

async function morning({ mail, screens, origin }, before) {
  const asked = await mail.to(sam.email, ({ subject, text }) => subject.endsWith('A few questions for this morning') && text.includes('/link#'), before, 60_000);
  await screens.sam.goto(linkIn(asked, 'link').replace(/^http:\/\/[^/]+/, origin));
  await screens.sam.getByRole('button', { name: 'Come in' }).click();
  await screens.sam.getByRole('heading', { name: 'Good morning' }).waitFor();
  await answerMorning(screens.sam);
}

/** Every service has written its part, and the order is that of time. */
async function trail(page, origin, session) {
  await page.goto(`${origin}/trail/${session}`);
  const entries = page.getByRole('main').getByRole('list').last().getByRole('listitem');
  await entries.nth(60).waitFor();
  const lines = await entries.allInnerTexts();
  for (const part of ['People', 'Booking', 'Session', 'Watch', 'Care', 'Room']) must(lines.some((line) => line.includes(part)), `the trail has nothing from "${part}"`);
  for (const who of [sam.name, 'Ana', lee.name, 'Noor']) must(lines.some((line) => line.includes(`by ${who}`)), `the trail has nothing by ${who}`);
  must(!(await page.getByText(/^No answer from/).isVisible()), 'a service did not tell its part of the trail');
  return lines.length;
}

export async function after(story, stage) {
  const { screens, mail, origin, session, figures } = stage;
  const told = mail.all().length;
  await story.step('Sam reads what comes next', () => cards(screens.sam));
  await story.step('an integration visit is offered and booked', () => talk(screens.sam));
  await story.step('Sam writes in the journal', () => write(screens.sam));
  await story.step('the next-morning link comes and is answered', () => morning(stage, told));
  await story.step('Dr. Lee closes the session', () => closeSession(screens.lee, 'Slept well, feels well.'));
  figures.trail_entries = await story.step('the whole of it is on the trail', () => trail(screens.mia, origin, session));
}
