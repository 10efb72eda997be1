// What the home can see: every answer and every frame that a page of the home is given, and every word on it.

/** Notes all that reaches this page from now on. */
export function overhear(page) {
  const heard = [];
  page.on('response', async (response) => {
    if (response.url().includes('/api/')) heard.push(await response.text().catch(() => ''));
  });
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
  return heard;
}

/** Everything that can be read on the page, without the numbers, which go on by themselves. */
export const wordsOn = async (page) => (await page.locator('body').innerText()).replaceAll(/\d+/g, '0').replaceAll(/\s+/g, ' ');

/** Presses and keeps the finger there. Answers when it was lifted, on this machine's clock. */
export async function rest(page, button, for_ms) {
  const { x, y, width, height } = await button.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  const down_at = Date.now();
  while (Date.now() - down_at < for_ms) await new Promise((resolve) => setTimeout(resolve, 50));
  await page.mouse.up();
  return Date.now();
}
