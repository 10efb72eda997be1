// Ana: opens her link, learns, tests the phone, proves that she is there, and watches.
import { sitterKnows } from './answers.mjs';

export async function openLink(page, link) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Open my page' }).click();
}

export async function signAgreement(page) {
  await page.getByRole('heading', { name: 'Sitting for someone' }).waitFor();
  for (const words of sitterKnows) {
    const choice = page.getByRole('button', { name: words, exact: true });
    if ((await choice.count()) > 0) await choice.click();
  }
  await page.getByLabel('Your full name').fill('Ana Rivera');
  await page.getByRole('button', { name: 'I agree and sign' }).click();
}

/** One question first answered wrongly, so that its lesson is read; then all right. */
export async function train(page) {
  for (const number of [1, 2, 3, 4, 5]) {
    await page.getByText(`Question ${number} of 5`).waitFor();
    const answers = page.getByRole('group').getByRole('button');
    const words = await answers.allInnerTexts();
    await answers.nth(words.findIndex((word) => sitterKnows.includes(word.trim()))).click();
  }
}

export async function testPhone(page) {
  await page.getByRole('button', { name: 'Play the sound' }).click();
  await page.getByRole('group', { name: 'Did you hear it?' }).getByRole('button', { name: 'Yes' }).click();
  const buzz = page.getByRole('group', { name: 'Did it buzz in your hand?' });
  const noBuzz = page.getByText('This phone cannot buzz from a page.');
  await buzz.or(noBuzz).waitFor();
  await ((await buzz.count()) > 0 ? buzz.getByRole('button', { name: 'Yes' }) : page.getByRole('button', { name: 'Next' })).click();
  const battery = page.getByRole('group', { name: 'How full is the battery?' });
  const charger = page.getByRole('group', { name: /on the charger/ });
  const code = page.getByLabel('Six digits');
  const known = page.getByRole('button', { name: 'I know how' });
  await battery.or(charger).or(known).first().waitFor();
  if ((await battery.count()) > 0) await battery.getByRole('button', { name: 'More than half' }).click();
  await charger.or(known).first().waitFor();
  if ((await charger.count()) > 0) await charger.getByRole('button', { name: 'Yes' }).click();
  await known.click();
  await code.waitFor();
}

/** Six digits, typed on the phone: the page sends them with the last one. */
export async function provePresence(page, code) {
  await page.getByLabel('Six digits').fill(code);
  await page.getByText(/^\d+ of \d+$/).waitFor();
}

/** Yes to everything around the home, one at a time, and the ready-press after it. */
export async function lookAround(page) {
  const yes = page.getByRole('button', { name: 'Yes', exact: true });
  const ready = page.getByRole('button', { name: 'I am ready' });
  for (;;) {
    await yes.or(ready).first().waitFor();
    if ((await ready.count()) > 0) return;
    const heading = await page.getByRole('heading', { level: 1 }).innerText();
    await yes.click();
    await page.getByRole('heading', { name: heading, exact: true }).waitFor({ state: 'detached' });
  }
}

export async function sayReady(page) {
  await page.getByRole('button', { name: 'I am ready' }).click();
  await page.getByRole('heading', { name: 'Please wait' }).waitFor();
}

/** Numbers off the cuff. */
export async function measure(page, { systolic, diastolic, pulse, oxygen, breaths = 14 }, answer = 'In the usual range') {
  await page.getByRole('button', { name: 'Blood pressure' }).click();
  const sheet = page.getByRole('dialog', { name: 'Blood pressure' });
  await sheet.getByLabel('Top number').fill(String(systolic));
  await sheet.getByLabel('Lower number').fill(String(diastolic));
  await sheet.getByLabel('Pulse').fill(String(pulse));
  await sheet.getByLabel(/^Oxygen/).fill(String(oxygen));
  await sheet.getByLabel('Breaths in one minute').fill(String(breaths));
  await sheet.getByRole('group', { name: /^Chest pain/ }).getByRole('button', { name: 'No' }).click();
  await sheet.getByRole('button', { name: 'Send these numbers' }).click();
  await sheet.getByRole('heading', { name: answer }).waitFor();
  await sheet.getByRole('button', { name: 'Back', exact: true }).click();
}

export async function joinRoom(page) {
  await page.getByRole('button', { name: 'Join the room' }).click();
}

export async function witness(page, patient) {
  await page.getByRole('heading', { name: 'Watch the dose' }).waitFor();
  await page.getByRole('button', { name: `${patient.name} has taken it` }).click();
  await page.getByRole('button', { name: 'Something is wrong' }).waitFor();
}

/** Reads every rule aloud, then signs. */
export async function takeOver(page, patient) {
  await page.getByRole('heading', { name: `${patient.name} is handed to you` }).waitFor();
  const rules = page.getByRole('button', { name: /Not read yet$/ });
  for (let left = await rules.count(); left > 0; left = await rules.count()) await rules.first().click();
  await page.getByRole('button', { name: 'I take over and sign' }).click();
}
