// Pictures of every sitter and patient screen, each judged by axe: node e2e/bedside-shots.mjs DIST OUT [scene …]. Look at them.
import { createServer } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { sitterAnswer, sitterScenes } from '../mocks/bedside.mjs';
import { patientAnswer, patientScenes, patientWorld } from '../mocks/patient.mjs';

const [dist = 'dist', out = '/tmp/shots', ...only] = process.argv.slice(2);
const SIZES = { phone: { width: 390, height: 844 }, narrow: { width: 320, height: 568 }, wide: { width: 1440, height: 900 } };
const KIND = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' };

const server = createServer(async (request, response) => {
  const asked = request.url.split('?')[0];
  const path = asked === '/s' ? '/sitter.html' : asked.includes('.') ? asked : '/index.html';
  const body = await readFile(join(dist, path)).catch(() => null);
  response.writeHead(body === null ? 404 : 200, { 'content-type': KIND[path.split('.').at(-1)] ?? 'text/plain' }).end(body ?? '');
}).listen(0);
const origin = `http://127.0.0.1:${server.address().port}`;

/** What is pressed before the second picture. */
const THEN = {
  'watch-look': [['well', (page) => page.getByRole('button', { name: 'All well' }).click()]],
  'watch-grace': [['urgent', (page) => page.getByRole('button', { name: 'Snoring' }).click()]],
  'watch-rest': [
    ['sos', async (page) => {
      const { x, y, width, height } = await page.getByRole('button', { name: 'Hold for 3 seconds' }).boundingBox();
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.waitForTimeout(1_400);
    }],
    ['let-go', (page) => page.mouse.up()],
    ['emergency', (page) => page.getByRole('button', { name: /Emergency/ }).click()],
    ['normal', async (page) => { await page.getByRole('button', { name: 'Back to the watch' }).click(); await page.getByRole('button', { name: 'What is normal?' }).click(); }],
    ['vitals', async (page) => { await page.getByRole('button', { name: 'Back to the watch' }).click(); await page.getByRole('button', { name: 'Blood pressure' }).click(); }],
    ['wrong', async (page) => { await page.getByRole('button', { name: 'Back', exact: true }).click(); await page.getByRole('button', { name: 'Something is wrong' }).click(); }],
  ],
  'checklist': [['todo', (page) => page.getByRole('button', { name: 'Not yet' }).click()]],
  'training': [['lesson', async (page) => { await page.getByRole('button', { name: 'I wait five' }).click(); await page.getByRole('button', { name: 'I stay near' }).click(); }]],
  'phone-test': [
    ['heard', (page) => page.getByRole('button', { name: 'Play the sound' }).click()],
    ['quiet', async (page) => {
      const known = page.getByRole('button', { name: 'I know how' });
      for (const words of ['Yes', 'Next', 'More than half', 'Yes']) {
        const next = page.getByRole('button', { name: words, exact: true });
        await next.or(known).first().waitFor({ timeout: 1_000 }).catch(() => undefined);
        if (await next.isVisible()) await next.click();
      }
      await known.waitFor();
      await page.getByRole('button', { name: 'All well' }).click();
    }],
  ],
};

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
await mkdir(out, { recursive: true });
let faults = 0;
const fault = (...words) => {
  faults += 1;
  console.error(...words);
};

/** One picture; nothing may stick out sideways, and axe must be content. */
async function shot(page, name, size) {
  await page.screenshot({ path: join(out, `${name}.${size}.png`) });
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fault(name, size, 'is wider than the screen');
  if (size !== 'phone') return;
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  for (const { id, nodes } of violations) fault(name, id, nodes.map(({ target }) => target.join(' ')).join(', '));
}

async function scene(name, address, begin, then) {
  if (only.length > 0 && !only.includes(name)) return;
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await (await browser.newContext({ viewport, reducedMotion: 'reduce', serviceWorkers: 'block' })).newPage();
    page.setDefaultTimeout(5000);
    const answer = begin();
    page.on('pageerror', (error) => fault(name, error.message));
    await page.routeWebSocket('**/api/**', () => undefined);
    await page.route('**/api/**', async (route) => {
      const request = route.request();
      const [status, body] = answer(request.method(), request.url().split('/api')[1], request.postDataJSON());
      await route.fulfill({ status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', 'x-holdspace-now': String(Date.now() * 1000) }, body: JSON.stringify(body) });
    });
    await page.goto(origin + address);
    await page.waitForTimeout(700);
    await shot(page, name, size);
    for (const [step, press] of then) {
      await press(page).catch((error) => fault(name, step, error.message.split('\n')[0]));
      await page.waitForTimeout(400);
      await shot(page, `${name}-${step}`, size);
    }
    await page.context().close();
  }
}

for (const [name, make] of Object.entries(sitterScenes)) {
  const begin = () => {
    const world = make();
    return (...request) => sitterAnswer(world, ...request);
  };
  await scene(name, '/s#TOKEN', begin, THEN[name] ?? []);
}
for (const [name, [address, change, then]] of Object.entries(patientScenes)) {
  const world = patientWorld(change);
  await scene(name, address, () => (...request) => patientAnswer(world, ...request), then);
}
await browser.close();
server.close();
process.exitCode = faults === 0 ? 0 : 1;
