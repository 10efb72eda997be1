// The watch, answered as Ana answers it: whenever a look falls due, for as long as she is not held back.
import { until } from '../lib/until.mjs';

const WELL = 'All well';
/** A press right after another one is a pocket's, and the page says so: Ana presses once more. */
const TRIES = 3;

export class Watching {
  #page;
  #stopped = false;
  #held = false;
  #running = null;
  /** Looks answered with "All well". */
  answered = 0;

  constructor(page) {
    this.#page = page;
  }

  begin() {
    this.#running = this.#keep();
    // A failure is told where it is waited for.
    this.#running.catch(() => undefined);
    return this;
  }

  /** Ana puts the phone down. Returns once no press is under way. */
  async hold() {
    this.#held = true;
    await until('the phone is down', () => !this.#pressing, 5_000);
  }

  release() {
    this.#held = false;
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
  }

  #pressing = false;

  async #press(well) {
    for (let left = TRIES; left > 0; left -= 1) {
      await well.click({ timeout: 2_000 });
      const taken = await well.waitFor({ state: 'hidden', timeout: 2_000 }).then(() => true, () => false);
      if (taken) return;
    }
    throw new Error(`"${WELL}" was pressed ${TRIES} times and is still there`);
  }

  async #keep() {
    const well = this.#page.getByRole('button', { name: WELL, exact: true });
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (this.#held || this.#stopped || !(await well.isVisible().catch(() => false))) continue;
      this.#pressing = true;
      try {
        if (this.#held) continue;
        await this.#press(well);
        this.answered += 1;
      } finally {
        this.#pressing = false;
      }
    }
  }
}

const dueLook = (page) => page.getByRole('button', { name: WELL, exact: true });

/** Waits for the next look and answers it question by question; the last answer sends it. */
export async function answerQuestions(page, answers, bound_ms = 20_000) {
  await dueLook(page).waitFor({ timeout: bound_ms });
  for (const words of answers) await page.getByRole('main').getByRole('button', { name: words, exact: true }).click();
}

/** After a missed look the page asks for it again, until somebody answers: "All well". */
export async function lookLate(page) {
  await dueLook(page).click();
  await page.getByRole('heading', { name: 'Thank you.' }).waitFor();
}

/** At some looks the page asks for a count first: about one in four, at a pace that leaves time to count. */
export const startOf = (page) => page.getByRole('button', { name: 'Start: 15 seconds' });

/** Watches the chest for its 15 seconds, and says four. */
export async function countBreaths(page) {
  await startOf(page).click();
  await page.getByRole('heading', { name: 'How many breaths?' }).waitFor({ timeout: 25_000 });
  await page.getByRole('group', { name: 'How many breaths?' }).getByRole('button', { name: '4', exact: true }).click();
}
