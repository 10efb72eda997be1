// Stop-watches inside the pages: a press on one screen, what shows on another, both on the server's clock.
import { offsetOf, percentile } from './clock.mjs';
import { until } from './until.mjs';

/** Notes when "All well" is pressed on the sitter's page; not in the same breath as something else, for then it is none. */
const notePresses = () => {
  window.presses = [];
  const downs = [0, 0];
  document.addEventListener('pointerdown', () => downs.splice(0, 2, downs[1], Date.now()), { capture: true });
  document.addEventListener('click', ({ target }) => {
    const isCalm = downs[1] - downs[0] >= 300;
    if (isCalm && target.closest('button')?.textContent.trim() === 'All well') window.presses.push(Date.now());
  }, { capture: true });
};

/** Notes when the therapist's timeline grows by a look: the mark and its line in words are drawn together. */
const noteLooks = () => {
  window.looks = [];
  let shown = 0;
  const count = () => {
    const now = [...document.querySelectorAll('ol li')].filter(({ textContent }) => textContent.startsWith('look at ')).length;
    if (now > shown) requestAnimationFrame(() => window.looks.push(Date.now()));
    shown = now;
  };
  count();
  new MutationObserver(count).observe(document.body, { childList: true, subtree: true, characterData: true });
};

export async function timeLooks(sitterPage, therapistPage) {
  await sitterPage.evaluate(notePresses);
  await therapistPage.evaluate(noteLooks);
}

/** Milliseconds from each press to the look on the other screen. A press without one is Infinity: never shown. */
export async function lookTimes(sitterPage, therapistPage) {
  const [pressed, shown] = [await sitterPage.evaluate(() => window.presses), await therapistPage.evaluate(() => window.looks)];
  const [here, there] = [await offsetOf(sitterPage), await offsetOf(therapistPage)];
  const seen = shown.map((at) => at + there);
  return pressed.map((at) => at + here).map((at, index, all) => {
    const first = seen.find((moment) => moment >= at && moment < (all[index + 1] ?? Infinity));
    return first === undefined ? Infinity : Math.round(first - at);
  });
}

export const p95 = (times) => percentile(times, 95);

/** Watches for an alarm with these words: on screen, not hidden, with sound that can be heard and was struck. */
const noteAlarm = (words) => {
  window.alarmed = new Promise((resolve) => {
    const look = () => {
      const strip = [...document.querySelectorAll('[role=alert]')].find((one) => one.textContent.includes(words) && one.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
      const inView = strip !== undefined && strip.getBoundingClientRect().height > 0;
      const struck = window.observed.struck.at(-1) ?? 0;
      const audible = window.observed.contexts.some(({ state }) => state === 'running') && Date.now() - struck < 5_000;
      if (inView && audible) resolve(Date.now());
      else requestAnimationFrame(look);
    };
    look();
  });
};

/** Arms the stop-watch for the next deadline; the answer waits for the alarm and says how long after it it was there. */
export async function timeAlarm(page, session, words) {
  const { next } = await page.evaluate(async (id) => (await fetch(`/api/checkins/sessions/${id}/watch`)).json(), session);
  await page.evaluate(noteAlarm, words);
  const deadline_ms = next.deadline_at / 1_000;
  return async () => {
    const at = await until('the alarm', () => Promise.race([page.evaluate(() => window.alarmed), new Promise((resolve) => setTimeout(resolve, 200, null))]), 30_000);
    return Math.round(at + (await offsetOf(page)) - deadline_ms);
  };
}
