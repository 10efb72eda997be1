/** Whether a line carries pictures, or sound alone: the first rung of the fallback ladder (product.md §2.4). */

import type { Score } from './types';

/** Ten seconds of an unusable line, and only sound goes on. */
const POOR_BEFORE_AUDIO_ONLY = 10;
/** Pictures are tried again after this many usable seconds. */
const FAIR_BEFORE_PICTURES = 20;

export class Fallback {
  #poorFor = 0;
  #fairFor = 0;
  #audioOnly = false;

  get audioOnly(): boolean {
    return this.#audioOnly;
  }

  /** Once a second. True when it has just changed. */
  measure(score: Score): boolean {
    this.#poorFor = score === 1 ? this.#poorFor + 1 : 0;
    this.#fairFor = score >= 3 ? this.#fairFor + 1 : 0;
    const turns = this.#audioOnly ? this.#fairFor >= FAIR_BEFORE_PICTURES : this.#poorFor >= POOR_BEFORE_AUDIO_ONLY;
    if (turns) this.#audioOnly = !this.#audioOnly;
    return turns;
  }
}
