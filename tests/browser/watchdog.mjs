// The house dies at once, again and again: the therapist's open page says so by itself, and so does the watchdog.
// Must show 5 of issue 4.
import { broken } from './lib/bars.mjs';
import { office } from './lib/browser.mjs';
import { Mail } from './lib/mail.mjs';
import { Story } from './lib/story.mjs';
import { until } from './lib/until.mjs';
import { Watched } from './lib/watchdog.mjs';
import { comeIn } from './acts/doors.mjs';

const BARS = { page_alarm_s_max: 15, watchdog_mail_s_max: 40 };
/** Real minutes between looks: no look falls due meanwhile, so that only the silence is heard. */
const PACE = 1;
const BAND = 'section[aria-label="MONITORING LOST"], section[aria-label^="A look is overdue"]';
const [houses, rounds] = process.argv.slice(2).map(Number);
const seconds = (ms) => Math.round(ms / 10) / 100;

/** A house of its own with its watchdog, and a therapist who has the session open. */
async function opened(story, mail, people, number) {
  // One of them on Postgres, the others on SQLite.
  const database = number === 1 ? (process.env.TEST_POSTGRES_URL ?? null) : null;
  const watched = story.keeps(await Watched.open({ name: `house-${number}`, mail, pager: `pager-${number}@watch.example`, pace: PACE, database }));
  const { links } = await watched.stands();
  const page = story.shows(`therapist-${number}`, await people.seat(`therapist-${number}`));
  await comeIn(page, links.therapist);
  await page.goto(`http://therapist.localhost:${watched.port}/console/${watched.session}`);
  await page.getByRole('heading', { name: /Sam/ }).waitFor();
  await hears(watched);
  return { watched, page };
}

/** The watchdog hears beats, and the page is in order. */
const hears = ({ dogUrl }) => until('a beat', async () => /watchdog_engines [1-9][^]*watchdog_silent 0/.test(await (await fetch(`${dogUrl}/metrics`)).text()), 40_000);

/** One death, told by the page and by the watchdog. */
async function died({ watched, page }, mail) {
  await page.locator(BAND).waitFor({ state: 'detached', timeout: 30_000 });
  const before = mail.all().length;
  const died_ms = await watched.dies();
  const [page_ms, mail_ms] = await Promise.all([
    page.locator(BAND).waitFor({ timeout: 30_000 }).then(() => Date.now() - died_ms),
    mail.to(watched.pager, () => true, before, 60_000).then(() => Date.now() - died_ms),
  ]);
  await watched.stands();
  await hears(watched);
  return { page_s: seconds(page_ms), mail_s: seconds(mail_ms) };
}

await new Story('watchdog').run(async (story) => {
  const mail = story.keeps(await Mail.open());
  const people = story.keeps(await office());
  const deaths = await Promise.all(Array.from({ length: houses }, async (_, number) => {
    const one = await opened(story, mail, people, number);
    const told = [];
    for (let round = 0; round < rounds; round += 1) {
      told.push(await story.step(`house ${number} dies for the ${round + 1}. time`, () => died(one, mail)));
    }
    return told;
  }));
  const all = deaths.flat();
  const most = (name) => Math.max(...all.map((death) => death[name]));
  const figures = { deaths: all.length, page_alarm_s_max: most('page_s'), watchdog_mail_s_max: most('mail_s'), seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`watchdog: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
