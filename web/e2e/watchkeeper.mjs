// The page that keeps watch alone, in a real browser under the real policy: `node e2e/watchkeeper.mjs`; expects `node mocks/server.mjs` at BASE.
// One line a promise; the number is what was measured, in milliseconds.
import { chromium } from 'playwright-core';
import { session } from '../mocks/people.mjs';

const BASE = process.env.BASE ?? 'http://localhost:4173';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
let bad = 0;
const check = (what, measured, holds) => {
  bad += holds ? 0 : 1;
  process.stdout.write(`${holds ? 'ok ' : 'BAD'} ${what}: ${measured}\n`);
};

/** A console on a quiet session; `deadline_s` from now, when given, is what the watch says. */
async function consoleAt(deadline_s, where = browser) {
  const context = await where.newContext();
  await context.addCookies([{ name: 'role', value: 'therapist', url: BASE }]);
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => message.type() === 'error' && /Content Security|worker|EventSource/i.test(message.text()) && said.push(message.text()));
  const deadline_ms = Date.now() + (deadline_s ?? 0) * 1_000;
  let answered_ms = 0;
  await page.route('**/watch', async (route) => {
    const response = await route.fetch().catch(() => null);
    if (response === null) return route.abort();
    const watch = await response.json();
    if (deadline_s !== undefined) watch.next = { sequence: 9, opens_at: 0, due_at: (deadline_ms - 120_000) * 1_000, deadline_at: deadline_ms * 1_000 };
    await route.fulfill({ response, json: watch });
    answered_ms = Date.now();
  });
  await page.goto(`${BASE}/console/${session('02')}`);
  await page.getByRole('heading', { name: /Sam/ }).waitFor();
  await page.waitForTimeout(1_500);
  return { page, context, said, deadline_ms, answered: () => answered_ms, silence: () => context.addCookies([{ name: 'server', value: 'silent', url: BASE }]) };
}
const band = (page) => page.locator('section[aria-label="MONITORING LOST"], section[aria-label^="A look is overdue"]');

async function lost() {
  const { page, said, answered, silence, context } = await consoleAt();
  check('a worker keeps watch', page.workers().length, page.workers().length === 1);
  await silence();
  await band(page).waitFor({ timeout: 25_000 });
  const after = Date.now() - answered();
  check('monitoring lost after the last answer', after, after >= 14_500 && after < 16_000);
  await context.addCookies([{ name: 'server', value: 'well', url: BASE }]);
  const well_ms = Date.now();
  await page.getByText(/^Monitoring is back since/).waitFor({ timeout: 15_000 });
  check('back after the server was', Date.now() - well_ms, Date.now() - well_ms < 7_000);
  check('nothing refused by the policy', said.join('; ') || 'none', said.length === 0);
  await context.close();
}

async function overdue() {
  const { page, deadline_ms, context } = await consoleAt(8);
  await band(page).waitFor({ timeout: 25_000 });
  const after = Date.now() - deadline_ms;
  check('overdue after the deadline', after, after >= 4_900 && after < 6_000);
  await context.close();
}

/** A laptop that stands still for 25 s, and the server with it: the browser's own processes are stopped and let go. */
async function stoodStill() {
  const own = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  const { page, silence } = await consoleAt(8, own);
  const { processInfo } = await (await own.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  await silence();
  for (const id of pages) process.kill(id, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  const woken_ms = Date.now();
  for (const id of pages) process.kill(id, 'SIGCONT');
  await band(page).waitFor({ timeout: 10_000 });
  const after = Date.now() - woken_ms;
  check('an alarm after 25 s of standing still', after, after <= 2_000);
  const asleep = await page.locator('[role=alert]').filter({ hasText: 'MONITORING LOST' }).count();
  check('the same alarm says that monitoring is lost', asleep, asleep === 1);
  await own.close();
}

await Promise.all([lost(), overdue(), stoodStill()]);
await browser.close();
process.exitCode = bad === 0 ? 0 : 1;
