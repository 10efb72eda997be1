// Sam: books, gets ready, waits, and later writes.
import { patientKnows } from './answers.mjs';

async function namePerson(page, { name, email }, phone) {
  await page.getByLabel('First name').fill(name);
  await page.getByLabel('Last name').fill('Rivera');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Phone').fill(phone);
  await page.getByLabel('This person is 21 or older').check();
  await page.getByRole('button', { name: 'Name this person' }).click();
}

/** Names somebody new as the one to call when nobody in the home can be reached. */
export async function nameSecondContact(page, person) {
  await page.getByRole('button', { name: 'Name somebody new' }).click();
  await namePerson(page, person, '+15550177');
  await page.getByText('asked, no answer yet').waitFor();
}

/** Names who sits, picks a free time and books it. Answers the session's id. */
export async function book(page, sitter) {
  await page.getByRole('link', { name: 'Book', exact: true }).click();
  await page.getByRole('button', { name: 'Name a sitter' }).click();
  await namePerson(page, sitter, '+15550102');
  await pickLastTime(page);
  await page.getByRole('heading', { name: 'It is booked' }).waitFor();
  await page.getByRole('link', { name: 'Prepare for it' }).click();
  await page.getByRole('heading', { name: 'Get ready' }).waitFor();
  return new URL(page.url()).pathname.split('/').at(-1);
}

const timesOfFirstDay = async (page) => {
  await page.getByRole('region', { name: 'Month' }).getByRole('button', { name: /\d+ times? free/ }).first().click();
  return page.getByRole('region', { name: /^Times on / }).getByRole('button');
};

/** The day's last: a first one may be minutes ahead, and then people are paged for it at once. */
async function pickLastTime(page) {
  await (await timesOfFirstDay(page)).last().click();
  await page.getByRole('button', { name: /^Book / }).click();
}

export async function pickFirstTime(page) {
  await (await timesOfFirstDay(page)).first().click();
  await page.getByRole('button', { name: /^Book / }).click();
}

const part = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}`) });

async function openPart(page, name) {
  const line = part(page, name);
  if ((await line.getAttribute('aria-expanded')) !== 'true') await line.click();
}

/** Three papers, each read, understood and signed. */
export async function signPapers(page) {
  await openPart(page, 'Read and sign');
  for (const title of ['Taking ketamine at home', 'Care over video', 'Therapy around the medicine']) {
    const paper = page.getByRole('article').filter({ has: page.getByRole('heading', { name: title }) });
    await paper.waitFor();
    for (const words of patientKnows) {
      const choice = paper.getByLabel(words, { exact: true });
      if ((await choice.count()) > 0) await choice.check();
    }
    await paper.getByLabel('Your full name').fill('Sam Rivera');
    await paper.getByRole('button', { name: 'I understand and sign' }).click();
    await paper.waitFor({ state: 'detached' });
  }
}

export const home = { line1: '12 Harbor Lane', line2: 'Unit 4', city: 'Oakland', region: 'CA', postal: '94607', entry: 'Blue door, code 4711 at the gate', number: '911' };

export async function giveAddress(page) {
  await openPart(page, 'Where you are');
  await page.getByLabel('Street and number').fill(home.line1);
  await page.getByLabel('Flat, floor').fill(home.line2);
  await page.getByLabel('City').fill(home.city);
  await page.getByLabel('State').fill(home.region);
  await page.getByLabel('Postal code').fill(home.postal);
  await page.getByLabel('How to get in').fill(home.entry);
  await page.getByLabel('Emergency number there').fill(home.number);
  await page.getByRole('button', { name: 'This is where I am today' }).click();
  await part(page, 'Where you are').getByText('done').waitFor();
}

/** Yes to everything on the own list, one by one, each seen as kept. */
export async function answerList(page) {
  await openPart(page, 'Your checklist');
  const yes = page.getByRole('button', { name: / Yes$/ });
  await yes.first().waitFor();
  for (let left = await yes.count(); left > 0; left = await yes.count()) {
    const one = page.getByRole('button', { name: (await yes.first().getAttribute('aria-label')) ?? '', exact: true });
    await one.click();
    await one.waitFor({ state: 'detached' });
  }
}

export async function setIntention(page) {
  await openPart(page, 'Your intention');
  await page.getByLabel('What would you like to bring with you?').fill('Kindness.');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await part(page, 'Your intention').getByText('done').waitFor();
}

export async function checkDevices(page) {
  await openPart(page, 'Camera and sound');
  await page.getByRole('button', { name: 'Ask me' }).click();
  await page.getByRole('button', { name: 'Yes', exact: true }).click();
  await page.getByRole('button', { name: 'It moves' }).click();
  await page.getByRole('button', { name: 'Play two notes' }).click();
  await page.getByRole('button', { name: 'Yes', exact: true }).click();
  await page.getByText('Camera, microphone and sound work.').waitFor();
  await page.getByRole('button', { name: 'Finish' }).click();
}

export async function enterWaitingRoom(page) {
  await page.getByRole('link', { name: 'To the waiting room' }).click();
  await page.getByRole('button', { name: /Take my place|Come back in/ }).click();
  await page.getByLabel('Your own picture').waitFor();
}

/** The six digits on the patient's screen, as they are read aloud. */
export async function readCode(page) {
  const code = await page.getByRole('region', { name: /needs these six digits/ }).getByRole('strong').innerText();
  return code.replaceAll(/\D/g, '');
}

export async function sayReady(page) {
  await page.getByRole('button', { name: 'I am ready' }).click();
  await page.getByText('You have said that you are ready.').waitFor();
}

/** Holds anywhere on the dark screen for its one second, with the finger that is there. */
export async function askSupport(page) {
  const anywhere = page.getByRole('button', { name: /^I need support/ });
  await anywhere.waitFor();
  const { width, height } = page.viewportSize();
  await page.mouse.move(width / 2, height / 2);
  await page.mouse.down();
  await page.getByRole('status').getByText('is being asked').waitFor({ state: 'attached' });
  await page.mouse.up();
}

/** Six questions of the next morning. */
export async function answerMorning(page) {
  for (const [question, value] of [['How did you sleep?', 7], ['How is your mood?', 8], ['Do you feel sick?', 0], ['Does your head hurt?', 1], ['Does passing water hurt or burn?', 0]]) {
    await page.getByRole('button', { name: `${question} ${value} of 10` }).click();
  }
  await page.getByRole('group', { name: 'Are you safe right now, also from yourself?' }).getByRole('button', { name: 'Yes' }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
}
