// Dr. Lee: opens the room, admits by name, gets everything ready, begins the dose, answers what comes, signs.

export async function openConsole(page, patient) {
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.getByRole('link', { name: `Open the console: ${patient.name}` }).click();
  await page.getByRole('button', { name: 'Open the room' }).click();
  await page.getByLabel('You', { exact: true }).locator('visible=true').first().waitFor();
}

/** Camera and microphone on, and the press that lets this page be heard. */
export async function testAlarm(page) {
  await page.getByRole('button', { name: 'Test the alarm' }).click();
  await page.getByRole('button', { name: 'I heard it' }).click();
  await page.getByText('The alarm was heard on this screen.').waitFor();
}

export async function sayHere(page) {
  await page.getByRole('button', { name: 'I am here' }).click();
  await page.getByRole('button', { name: 'I am ready' }).waitFor();
}

export async function sayReady(page) {
  const press = page.getByRole('button', { name: 'I am ready' });
  await press.click();
  await press.waitFor({ state: 'detached' });
}

/** Lets one person in by name; answers the milliseconds from the press to their moving picture on this screen. */
export async function admit(page, person) {
  const door = page.getByRole('button', { name: `Admit ${person.name}` });
  await door.waitFor();
  const took = page.evaluate(async (name) => {
    const picture = () => [...document.querySelectorAll('video')].find((video) => video.getAttribute('aria-label') === name && !video.hidden);
    const pressed = await new Promise((resolve) => document.addEventListener('click', ({ target }) => target.closest('button')?.textContent.startsWith('Admit') && resolve(performance.now()), { capture: true }));
    for (;;) {
      const video = picture();
      if (video !== undefined && video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 0) return performance.now() - pressed;
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (performance.now() - pressed > 15_000) return Infinity;
    }
  }, person.name);
  await door.click();
  return Math.round(await took);
}

/** Says yes to every item that is hers, one by one. */
export async function answerOwn(page) {
  const yes = page.getByRole('button', { name: /^Yes: / });
  await yes.first().waitFor();
  for (let left = await yes.count(); left > 0; left = await yes.count()) {
    const one = page.getByRole('button', { name: (await yes.first().getAttribute('aria-label')) ?? '', exact: true });
    await one.click();
    await one.waitFor({ state: 'detached' });
  }
}

/** The one line on top says that everything is there. */
export async function allReady(page, patient) {
  await page.getByText(`Everything is ready. ${patient.name} can begin when you say so.`).waitFor();
}

export async function beginDose(page, sitter) {
  await page.getByRole('button', { name: 'Begin dose' }).click();
  await page.getByRole('heading', { name: `${sitter.name} is asked to witness the dose` }).waitFor();
}

export async function seeSupport(page, patient) {
  await page.getByRole('alert').getByText(`${patient.name} asks for support`).waitFor();
  await page.getByRole('button', { name: 'I have seen it' }).click();
  await page.getByText(new RegExp(`^${patient.name}.s wish was seen`)).waitFor();
}

/** The open incident with this cause. */
export const incident = (page, cause) => page.getByRole('article').filter({ hasText: cause });

export async function onIt(page, cause) {
  const card = incident(page, cause);
  await card.getByRole('button', { name: "I'm on it" }).click();
  await card.getByText('Dr. Lee is on it.').waitFor();
}

/** Closes it with an outcome and a sentence. */
export async function resolve(page, cause, outcome, note) {
  const card = incident(page, cause);
  await card.getByRole('button', { name: 'Close with an outcome' }).click();
  await card.getByLabel('What happened').selectOption({ label: outcome });
  await card.getByLabel('In your words').fill(note);
  await card.getByRole('button', { name: 'Close the incident' }).click();
  await card.waitFor({ state: 'detached' });
}

const CRITERIA = 13;

/** Thirteen ticks and a full score; the press is the caller's. */
export async function fillDischarge(page) {
  await page.getByRole('button', { name: 'Discharge', exact: true }).click();
  const form = page.getByRole('region', { name: /^Discharge / });
  const ticks = form.getByRole('checkbox');
  for (let at = 0; at < CRITERIA; at += 1) await ticks.nth(at).check();
  for (const item of ['Vitals', 'Clear mind and steady walk', 'Nausea', 'Drinks and toilet', 'Calm']) {
    await form.getByRole('group', { name: item, exact: true }).getByLabel('2 · yes').check();
  }
  return form;
}

/** Held for three seconds, by a finger that does not move. Answers what the server said to it. */
async function hold(page, button, seconds = 3) {
  await button.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await button.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  const answer = await page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/api/safety/'), { timeout: (seconds + 5) * 1_000 });
  await page.mouse.up();
  return answer.status();
}

/** Closes a session that is over: the last signature. */
export async function closeSession(page, note) {
  await page.getByLabel('Note').fill(note);
  const status = await hold(page, page.getByRole('button', { name: /^Close the session/ }));
  if (status !== 200 && status !== 204) throw new Error(`the closure was answered ${status}`);
  await page.getByRole('button', { name: /^Close the session/ }).waitFor({ state: 'detached' });
}

/** Ends a session another way than by discharge. */
export async function endSession(page, how, why) {
  await page.getByRole('button', { name: 'End the session', exact: true }).first().click();
  const drawer = page.getByRole('region', { name: 'End the session' });
  await drawer.getByLabel(how).check();
  await drawer.getByLabel('Why').fill(why);
  const status = await hold(page, drawer.getByRole('button', { name: /^End the session/ }));
  if (status !== 200 && status !== 204) throw new Error(`the end was answered ${status}`);
  await page.getByText(`This session ended: ${how}.`).waitFor();
}
