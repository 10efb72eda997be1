// The line is cut in the middle of a watch: node e2e/sitter-offline.mjs DIST. The page opens anew, the card is there,
// an answer is kept, and it arrives once when the line is back.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { sitterAnswer, sitterScenes } from '../mocks/bedside.mjs';

const [dist = 'dist', out] = process.argv.slice(2);
const KIND = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' };
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws:";
const world = sitterScenes['watch-look']();
/** Command id → what it was. A repeat of a command is the same command. */
const posted = new Map();

async function clinic(request, response) {
  let said = '';
  for await (const part of request) said += part;
  const path = request.url.slice('/api'.length);
  if (request.method === 'POST') posted.set(request.headers['idempotency-key'], path.split('/').at(-1));
  const [status, body] = sitterAnswer(world, request.method, path, said === '' ? null : JSON.parse(said));
  response.writeHead(status, { 'content-type': 'application/json', 'x-holdspace-now': String(Date.now() * 1000) }).end(JSON.stringify(body));
}
const server = createServer(async (request, response) => {
  if (request.url.startsWith('/api/')) return clinic(request, response);
  const path = request.url === '/s' ? '/sitter.html' : request.url;
  const body = await readFile(join(dist, path)).catch(() => null);
  response.writeHead(body === null ? 404 : 200, { 'content-type': KIND[path.split('.').at(-1)] ?? 'text/plain', 'content-security-policy': POLICY }).end(body ?? '');
}).listen(0);

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
const page = await context.newPage();
const picture = (name) => out && page.screenshot({ path: join(out, `${name}.png`) });
const timed = async (name, what) => {
  const from = Date.now();
  await page.reload();
  await what.waitFor({ timeout: 8000 });
  console.log(`${name}: ${Date.now() - from} ms`);
  return Date.now() - from;
};
await page.goto(`http://localhost:${server.address().port}/s`);
const isKept = () => page.evaluate(async () => (await caches.match('/s')) !== undefined && navigator.serviceWorker.controller !== null);
for (let tries = 0; !(await isKept()); tries += 1) {
  assert.ok(tries < 50, 'the page is kept within 5 s');
  await page.waitForTimeout(100);
}

await context.setOffline(true);
server.closeAllConnections();
assert.ok((await timed('opened anew without a line', page.getByRole('button', { name: /Emergency/ }))) < 2000);
await page.getByRole('button', { name: /Emergency/ }).click();
assert.equal(await page.getByRole('link', { name: 'Call 911' }).getAttribute('href'), 'tel:911');
assert.ok(await page.getByText('12 Elm Street').isVisible());
await page.getByText(/not told yet/).waitFor();
await picture('offline-card');
await page.getByRole('button', { name: 'Back to the watch' }).click();
await page.getByRole('button', { name: 'All well' }).click();
await page.getByText('Kept on this phone').waitFor();
await picture('offline-kept');
assert.equal(posted.size, 0);

await context.setOffline(false);
assert.ok((await timed('opened anew with a line', page.getByText('Connected'))) < 2000);
await page.waitForTimeout(500);
assert.deepEqual([...posted.values()], ['alarm', 'checkins']);
await browser.close();
server.close();
