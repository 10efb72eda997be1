// Pictures of every sitter screen: node e2e/bedside-shots.mjs DIST OUT [scene …]. Look at them.
import { createServer } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { sitterAnswer, sitterScenes } from '../mocks/bedside.mjs';

const [dist = 'dist', out = '/tmp/shots', ...only] = process.argv.slice(2);
const SIZES = { phone: { width: 390, height: 844 }, narrow: { width: 320, height: 568 }, wide: { width: 1440, height: 900 } };
const KIND = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' };

const server = createServer(async (request, response) => {
  const path = request.url === '/s' ? '/sitter.html' : request.url.split('?')[0];
  const body = await readFile(join(dist, path)).catch(() => null);
  response.writeHead(body === null ? 404 : 200, { 'content-type': KIND[path.split('.').at(-1)] ?? 'text/plain' }).end(body ?? '');
}).listen(0);
const origin = `http://127.0.0.1:${server.address().port}`;

/** What is pressed before the second picture. */
const THEN = {
  'watch-look': [['well', (page) => page.getByRole('button', { name: 'All well' }).click()]],
  'watch-grace': [['urgent', (page) => page.getByRole('button', { name: 'Snoring' }).click()]],
  'watch-rest': [
    ['emergency', (page) => page.getByRole('button', { name: /Emergency/ }).click()],
    ['normal', async (page) => { await page.getByRole('button', { name: 'Back to the watch' }).click(); await page.getByRole('button', { name: 'What is normal?' }).click(); }],
    ['vitals', async (page) => { await page.getByRole('button', { name: 'Back to the watch' }).click(); await page.getByRole('button', { name: 'Blood pressure' }).click(); }],
    ['wrong', async (page) => { await page.getByRole('button', { name: 'Back', exact: true }).click(); await page.getByRole('button', { name: 'Something is wrong' }).click(); }],
  ],
  'checklist': [['todo', (page) => page.getByRole('button', { name: 'Not yet' }).click()]],
  'training': [['lesson', async (page) => { await page.getByRole('button', { name: 'I wait five' }).click(); await page.getByRole('button', { name: 'I stay near' }).click(); }]],
  'phone-test': [['heard', (page) => page.getByRole('button', { name: 'Play the sound' }).click()]],
};

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
await mkdir(out, { recursive: true });
for (const [name, scene] of Object.entries(sitterScenes)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await (await browser.newContext({ viewport, deviceScaleFactor: 1, reducedMotion: 'reduce' })).newPage();
    page.on('pageerror', (error) => console.error(name, error.message));
    const world = scene();
    await page.routeWebSocket('**/api/live', () => undefined);
    await page.route('**/api/**', async (route) => {
      const request = route.request();
      const [status, body] = sitterAnswer(world, request.method(), request.url().split('/api')[1], request.postDataJSON());
      await route.fulfill({ status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', 'x-holdspace-now': String(Date.now() * 1000) }, body: JSON.stringify(body) });
    });
    await page.goto(`${origin}/s#TOKEN`);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(out, `${name}.${size}.png`) });
    for (const [then, press] of THEN[name] ?? []) {
      await press(page);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(out, `${name}-${then}.${size}.png`) });
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    if (wide) console.error(`${name} ${size}: wider than the screen`);
    await page.context().close();
  }
}
await browser.close();
server.close();
