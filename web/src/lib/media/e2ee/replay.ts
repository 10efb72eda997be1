/**
 * Which counters of one key have been seen. A frame that comes twice, or so late that nobody remembers, is dropped.
 *
 *   ──forgotten──┤  window, 1024 wide: seen or not  ├── highest ──┤  not yet seen
 */

/** About eight seconds of one person's sound and pictures: wider than any reordering, small enough to keep for everyone. */
export const WINDOW = 1024;

export class ReplayWindow {
  #highest = -1;
  /** Slot `counter % WINDOW` holds the last counter seen there. */
  readonly #seen = new Float64Array(WINDOW).fill(-1);

  /** False for a counter that was seen or is behind the window. */
  isNew(counter: number): boolean {
    return counter > this.#highest - WINDOW && this.#seen[counter % WINDOW] !== counter;
  }

  /**
   * Remembers a counter, and says whether it was new.
   * Only for frames that were opened: a forged header must not be able to push the window forward.
   */
  accept(counter: number): boolean {
    if (!this.isNew(counter)) return false;
    this.#seen[counter % WINDOW] = counter;
    this.#highest = Math.max(this.#highest, counter);
    return true;
  }
}
