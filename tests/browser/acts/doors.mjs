// Coming in: a link from a mail, a password of one's own, an app with six digits, and the sign-in after it.
import { Authenticator } from '../lib/totp.mjs';

const password = 'a lamp left on in the next room';

/** Presses the link of an invitation and makes the account behind it. Answers the app on the phone. */
export async function openAccount(page, link, person) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.getByRole('textbox', { name: 'Choose a password' }).fill(password);
  await page.getByRole('button', { name: 'Go on' }).click();
  const app = new Authenticator(await page.getByRole('code').innerText());
  await page.getByLabel('The six digits it shows now').fill(app.next());
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('heading', { name: `Hello ${person.name}` }).waitFor();
  return app;
}

/** Password and six digits. */
export async function signIn(page, origin, person, app) {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('textbox', { name: 'Code' }).fill(app.next());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: `Hello ${person.name}` }).waitFor();
}

export async function signOut(page) {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** A link that signs in by itself: the demo's own, one a role. */
export async function comeIn(page, link) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.getByRole('heading', { name: /^Hello / }).waitFor();
}

/** A link in a mail that says one thing for a person: it acts on the press, never on opening. */
export async function pressLink(page, link, button, done) {
  await page.goto(link);
  await page.getByText('Opening this page changed nothing yet.').waitFor();
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { name: done }).waitFor();
}
