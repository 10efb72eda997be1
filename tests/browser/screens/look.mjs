// Looks at one screen in one size: a picture, axe, and whether it is wider than the screen.
import { join } from 'node:path';
import { until } from '../lib/until.mjs';
import { AxeBuilder } from '../../../web/node_modules/@axe-core/playwright/dist/index.mjs';

export const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
/** What nobody should meet: issue 2, Must show 8. */
const GRAVE = ['serious', 'critical'];

/** What pages say while they open. */
const OPENING = /^(Opening( the (session|board|room))?|One moment\. I am getting your page\.|Reading the trail)$/;

/** The page has drawn what it asked for: nothing on the way, and no word that it is still opening. */
async function settled(page) {
  await page.waitForLoadState('domcontentloaded');
  await page.getByRole('heading', { level: 1 }).or(page.getByRole('button')).first().waitFor();
  await until('the page has opened', async () => (await page.getByText(OPENING).count()) === 0);
  await page.evaluate(() => document.fonts.ready);
}

/** Answers the sentences of what is wrong with it. */
export async function look(page, scene, state, size, out) {
  await page.setViewportSize(SIZES[size]);
  await page.goto('about:blank');
  await page.goto(scene.at(state.role ?? 'nobody', state.where(scene)));
  await settled(page);
  if (state.press !== undefined) await state.press(page);
  await page.screenshot({ path: join(out, `${state.name}-${size}.png`) });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const said = violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .map(({ id, impact, nodes }) => `axe ${impact} ${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(' | ')}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) said.push(`${wide} px wider than the screen`);
  return said;
}
