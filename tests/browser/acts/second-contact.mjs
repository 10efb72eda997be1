// Bruno: says that he can be reached, is called, and takes the sitter's place at the door of the home.
import { ask } from '../lib/api.mjs';
import { bruno } from '../lib/people.mjs';
import { until } from '../lib/until.mjs';
import { pressLink } from './doors.mjs';

const linkTo = (demo, page) =>
  until(`a mail with /${page}`, async () => {
    const mails = (await ask(demo.pages.coordinator, '/notify/mailbox')).filter(({ to_name }) => to_name === bruno.name);
    return mails.flatMap(({ links }) => links).find((link) => link.includes(`/${page}#`));
  });

/** Asked by mail: he is told when it is, and says yes. */
export async function saysYes(demo, page) {
  const link = await linkTo(demo, 'second-contact');
  await page.goto(link);
  await page.getByText(/in the time of this device/).waitFor();
  await pressLink(page, link, 'Yes, I can be reached', 'Thank you');
}

/** Called by the ladder: his link gives him the place, and the six digits that Dr. Lee reads make it his. */
export async function takesThePlace(demo, page) {
  const link = await linkTo(demo, 's?place');
  await page.goto(link);
  await page.getByRole('heading', { name: 'You are needed' }).waitFor();
  await page.getByRole('button', { name: 'I am with them. Open the page' }).click();
  const told = demo.pages.therapist.getByRole('status').filter({ hasText: `${bruno.name}, the second contact, has taken` });
  const digits = await told.getByRole('strong').innerText();
  await page.getByLabel('Six digits').fill(digits.replaceAll(/\D/g, ''));
  await told.waitFor({ state: 'detached' });
}
