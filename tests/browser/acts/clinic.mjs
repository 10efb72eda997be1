// What the clinic does before anybody comes: invites, sets hours, approves a sitter.
import { linkIn } from '../lib/mail.mjs';

/** Sends a person the link that opens their account, and reads it out of the mail. */
export async function invite(page, mail, person) {
  const before = mail.all().length;
  await page.getByRole('link', { name: 'Clinic', exact: true }).click();
  await page.getByRole('button', { name: `Send the link to ${person.name}` }).click();
  return linkIn(await mail.to(person.email, ({ text }) => text.includes('/link#'), before), 'link');
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Sets the therapist's week in her own zone: nine to five, every day, and sees that it was kept. */
export async function setHours(page, zone) {
  await page.getByRole('link', { name: 'Clinic', exact: true }).click();
  await page.getByLabel('Your time zone').selectOption(zone);
  for (const day of DAYS) {
    const remove = page.getByRole('button', { name: `Remove hours on ${day}` });
    while ((await remove.count()) > 0) await remove.first().click();
    await page.getByRole('button', { name: `Add hours on ${day}` }).click();
    await page.getByLabel(`${day}, until`).fill('18:00');
  }
  await page.getByRole('button', { name: 'Save hours' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await page.getByLabel('Monday, until').waitFor();
  return page.getByLabel('Monday, until').inputValue();
}

/** The clinic has asked the patient in private; then the sitter's link goes out. */
export async function approveSitter(page, mail, sitter, patient) {
  const before = mail.all().length;
  await page.getByRole('link', { name: 'Clinic', exact: true }).click();
  await page.getByRole('button', { name: `${patient.name} feels safe with ${sitter.name}` }).click();
  await page.getByRole('button', { name: `Approve and send the link: ${sitter.name}` }).click();
  return linkIn(await mail.to(sitter.email, ({ text }) => text.includes('/s#'), before), 's');
}
