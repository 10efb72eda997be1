// Looks at every staff page at two sizes against the mocks: pictures, axe, policy violations, overflow at 320 px.
// `node e2e/shots.mjs OUT [name…]`; expects `node mocks/server.mjs` at BASE.
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { session } from '../mocks/people.mjs';

const BASE = process.env.BASE ?? 'http://localhost:4173';
const [out = '/tmp/shots', ...only] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const [READY, PEAK, ALARM, RECOVER] = ['01', '02', '03', '04'].map(session);

const pages = {
  'sign-in': ['/sign-in', 'therapist'],
  link: ['/link#T', 'therapist'],
  ack: ['/ack#T', 'therapist'],
  oncall: ['/oncall#T', 'therapist'],
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
for (const [name, [path, role]] of Object.entries(pages)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [size, width, height] of [['phone', 390, 844], ['desk', 1440, 900], ['narrow', 320, 640]]) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', timezoneId: 'America/New_York' });
    await context.addCookies([{ name: 'role', value: role, url: BASE }]);
    const page = await context.newPage();
    const said = [];
    page.on('pageerror', (error) => said.push(`error ${error.message}`));
    page.on('console', (message) => message.type() === 'error' && !/api\/live|WebSocket/.test(message.text()) && said.push(message.text()));
    await page.goto(BASE + path);
    await page.waitForTimeout(900);
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
}
await browser.close();
process.stdout.write(`${bad} findings\n`);
