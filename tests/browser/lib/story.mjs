// A story in named steps. A step that fails says its name and leaves a picture of every screen.
import { join } from 'node:path';
import { root, folder } from './place.mjs';

export class Story {
  #name;
  #screens = new Map();
  #closers = [];
  #began = Date.now();
  #step = 'beginning';

  constructor(name) {
    this.#name = name;
  }

  /** A screen to picture when something fails. */
  shows(label, page) {
    this.#screens.set(label, page);
    return page;
  }

  /** What must be closed at the end, last opened first. */
  keeps(thing) {
    this.#closers.unshift(thing);
    return thing;
  }

  get seconds() {
    return Math.round((Date.now() - this.#began) / 100) / 10;
  }

  async step(name, work) {
    this.#step = name;
    const began = Date.now();
    const answer = await work();
    process.stderr.write(`${this.#name}: ${name} (${((Date.now() - began) / 1_000).toFixed(1)} s)\n`);
    return answer;
  }

  /** Runs it whole, prints the object, and ends the process. `tell` answers the figures. */
  async run(tell) {
    let figures;
    try {
      figures = await tell(this);
    } catch (error) {
      const pictures = await this.#pictures();
      process.stderr.write(`${this.#name}: FAILED at "${this.#step}"\n${error.stack ?? error}\n${pictures.map((path) => `  ${path}\n`).join('')}`);
      figures = { passed: false, step: this.#step, error: String(error.message ?? error).split('\n')[0], pictures, seconds: this.seconds };
    }
    for (const thing of this.#closers) await Promise.resolve(thing.close()).catch((error) => process.stderr.write(`  closing: ${error.message}\n`));
    process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(figures.passed === true ? 0 : 1));
  }

  async #pictures() {
    const paths = [];
    for (const [label, page] of this.#screens) {
      const path = join(folder('pictures'), `${label}.png`);
      const taken = await page.screenshot({ path, timeout: 5_000 }).then(() => true, () => false);
      paths.push(taken ? path.replace(`${root}/`, '') : `no picture of ${label}: the page did not answer within 5 s`);
    }
    return paths;
  }
}

/** Ends the step at hand unless it holds. */
export function must(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
