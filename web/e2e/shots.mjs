// Looks at every staff page at two sizes against the mocks: pictures, axe, policy violations, overflow at 320 px.
// `node e2e/shots.mjs OUT [name…]`; expects `node mocks/server.mjs` at BASE.
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { session } from '../mocks/people.mjs';

const BASE = process.env.BASE ?? 'http://localhost:4173';
const [out = '/tmp/shots', ...only] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const [READY, PEAK, ALARM, RECOVER, UNNOTICED] = ['01', '02', '03', '04', '05'].map(session);

/** The server falls silent once the page has opened; the page notices after 15 s. */
const SILENT = { then: { server: 'silent' }, wait_s: 17 };

const pages = {
  'sign-in': ['/sign-in', 'therapist'],
  link: ['/link#T', 'therapist'],
  ack: ['/ack#T', 'therapist'],
  oncall: ['/oncall#T', 'therapist'],
  'second-contact': ['/second-contact#T', 'therapist'],
  home: ['/', 'therapist'],
  'home-patient': ['/', 'patient'],
  ready: [`/console/${READY}`, 'therapist'],
  peak: [`/console/${PEAK}`, 'therapist'],
  alarm: [`/console/${ALARM}`, 'therapist'],
  recover: [`/console/${RECOVER}`, 'therapist'],
  vitals: [`/console/${PEAK}?open=vitals`, 'therapist'],
  card: [`/console/${PEAK}?open=card`, 'therapist'],
  discharge: [`/console/${RECOVER}?open=discharge`, 'therapist'],
  end: [`/console/${PEAK}?open=end`, 'therapist'],
  look: [`/console/${PEAK}?open=look`, 'therapist'],
  keys: [`/console/${PEAK}?open=keys`, 'therapist'],
  'alone-lost': [`/console/${PEAK}`, 'therapist', SILENT],
  'alone-lost-heard': [`/console/${PEAK}`, 'therapist', { ...SILENT, press: 'I hear it' }],
  'alone-lost-day': [`/console/${PEAK}`, 'therapist', { ...SILENT, day: true }],
  'alone-lost-alarm': [`/console/${ALARM}`, 'therapist', SILENT],
  'alone-lost-ready': [`/console/${READY}`, 'therapist', SILENT],
  'alone-overdue': [`/console/${UNNOTICED}`, 'therapist', { wait_s: 1 }],
  'alone-overdue-lost': [`/console/${UNNOTICED}`, 'therapist', { ...SILENT, first: { watchdog: 'silent' } }],
  'alone-back': [`/console/${PEAK}`, 'therapist', { ...SILENT, after: { server: 'well' }, after_s: 7 }],
  'watchdog-late': [`/console/${PEAK}`, 'therapist', { first: { watchdog: 'mute' }, wait_s: 40 }],
  'watchdog-silent': [`/console/${PEAK}`, 'therapist', { first: { watchdog: 'silent' } }],
  'watchdog-none': [`/console/${PEAK}`, 'therapist', { first: { watchdog: 'none' } }],
  'alone-both-lost': [`/console/${PEAK}`, 'therapist', { first: { watchdog: 'mute' }, ...SILENT, wait_s: 62 }],
  board: ['/board', 'coordinator'],
  wall: ['/board?wall=1', 'coordinator'],
  clinic: ['/clinic', 'therapist'],
  'clinic-coordinator': ['/clinic', 'coordinator'],
  prescriber: [`/prescriber/${READY}`, 'prescriber'],
  'prescriber-alarm': [`/prescriber/${ALARM}`, 'prescriber'],
  mailbox: ['/mailbox', 'coordinator'],
  trail: [`/trail/${ALARM}`, 'coordinator'],
};

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
let bad = 0;
async function pass(page, context, { then = {}, wait_s = 0, press, after, after_s = 0 }) {
  const become = (cookies) => context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: BASE })));
  // What the page must hold before the server is gone has come by then.
  if (Object.keys(then).length > 0) await page.waitForTimeout(1_500);
  await become(then);
  await page.waitForTimeout(wait_s * 1_000);
  if (press !== undefined) await page.getByRole('button', { name: press }).click();
  if (after !== undefined) await become(after);
  await page.waitForTimeout(after_s * 1_000);
}

async function look(name, [path, role, happens = {}], [size, width, height]) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', timezoneId: 'America/New_York' });
  await context.addCookies(Object.entries({ role, ...happens.first }).map(([cookie, value]) => ({ name: cookie, value, url: BASE })));
  if (happens.day) await context.addInitScript(() => localStorage.setItem('holdspace.surface', 'day'));
  const page = await context.newPage();
  const said = [];
  const expected = happens.then === undefined ? /api\/live|WebSocket/ : /api\/live|WebSocket|ERR_EMPTY_RESPONSE|ERR_SOCKET|ERR_CONNECTION/;
  page.on('pageerror', (error) => said.push(`error ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && !expected.test(message.text()) && said.push(message.text()));
  await page.goto(BASE + path);
  await page.waitForTimeout(900);
  await pass(page, context, happens);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) said.push(`${wide} px too wide`);
  if (size !== 'narrow') {
    await page.screenshot({ path: `${out}/${name}-${size}.png`, fullPage: size === 'phone' });
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
    said.push(...violations.map(({ id, nodes }) => `axe ${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(' | ')}`));
  }
  bad += said.length;
  if (said.length > 0) process.stdout.write(`${name} ${size}\n  ${[...new Set(said)].join('\n  ')}\n`);
  await context.close();
}

const SIZES = [['phone', 390, 844], ['desk', 1440, 900], ['narrow', 320, 640]];
for (const [name, entry] of Object.entries(pages)) {
  // Side by side: some of them wait for a minute of silence.
  if (only.length === 0 || only.includes(name)) await Promise.all(SIZES.map((size) => look(name, entry, size)));
}
await browser.close();
process.stdout.write(`${bad} findings\n`);
