/**
 * What the own camera gives, judged from small grey copies of its picture over time: does it move, and can anything be
 * seen. Pure: the time is passed in. `own-media.ts` looks and asks.
 *
 * A lens makes noise: two pictures of the same still room are never equal. So equal copies for two seconds mean that
 * one picture is sent again and again, however still a person lies.
 * The numbers are ours. They leave a second and a quarter of the three seconds (product.md §2.4) for the way to the
 * therapist, and no clinic has approved them.
 */

import type { PictureIs } from './types';

export type PictureLook =
  /** The person has switched it off, or there is none: nothing to judge. */
  | { kind: 'off' }
  /** The track ended or the system holds it back: a call, a locked phone, another program. */
  | { kind: 'stopped' }
  /** The page cannot look now: it is hidden, or its browser lets no page read pictures. */
  | { kind: 'blind' }
  /** A grey copy, and how many frames the page has been given so far. */
  | { kind: 'picture'; luma: Uint8Array; frames: number };

/** Equal this long is standing still. A camera in the dark may give 5 frames a second, but not one in two. */
export const STILL_MS = 2000;
/** A hand over the lens in passing is no covered lens. */
export const BLACK_MS = 1500;
/** A lamp that is put out and another lit takes a moment; and nothing is urgent about a dim room. */
export const DARK_MS = 2000;
/** How long it must be well, or less bad, before that is said: what flickers is not worth a word. */
export const BETTER_MS = 1000;
/** A system takes a camera away for a moment when devices change. */
export const STOPPED_MS = 750;
/** A page that looked away for longer begins anew: a laptop that slept has not stood still. */
export const GAP_MS = 1250;
/** The second sign, of which the page learns once a second: what is encoded. */
export const UNSENT_MS = 3000;

/** Of 255. A covered lens gives black and a little noise; what a room's light lets through a finger is even, and dark. */
const BLACK = { high: 32, spread: 16 };
const STILL_BLACK = { high: 40, spread: 24 };
/**
 * Nine tenths of the picture darker than this, a fifth of full light: on a lit room's screen a face is lost in it.
 * Not less, for eye shades and a dim room are how this therapy is done, and a face at a third of full light is seen well.
 */
const DARK = 52;
const STILL_DARK = 64;

/** From well to worst: what is worse is said first. */
const ORDER: readonly PictureIs[] = ['live', 'dark', 'frozen', 'black', 'stopped'];
const rank = (is: PictureIs): number => ORDER.indexOf(is);

export class PictureCheck {
  #is: PictureIs | null = null;
  #luma: Uint8Array | null = null;
  #frames = 0;
  /** Whether this page has ever been shown a picture that moved, or frames that came: if not, stillness may be its own. */
  #works = false;
  #lookedAt = -Infinity;
  #movedAt = 0;
  #black = new Held();
  #dark = new Held();
  #good = new Held();
  #milder = new Held();
  #stopped = new Held();
  #blind = new Held();
  #encoded: { frames: number; grewAt: number } | null = null;

  /** Frames encoded so far, once a second; null while none are to be sent. */
  encoded(frames: number | null, now_ms: number): void {
    if (frames === null) this.#encoded = null;
    else if (frames !== this.#encoded?.frames) this.#encoded = { frames, grewAt: now_ms };
  }

  /** Several times a second. Null is "not known". */
  look(look: PictureLook, now_ms: number): PictureIs | null {
    if (now_ms - this.#lookedAt > GAP_MS) {
      this.#beginAnew(now_ms);
      this.#encoded = null;
    }
    this.#lookedAt = now_ms;
    if (look.kind === 'off') return this.#forget(now_ms);
    if (look.kind === 'stopped') return this.#hold(now_ms);
    this.#stopped.hold(false, now_ms);
    if (look.kind === 'blind') this.#lookAway(now_ms);
    else this.#see(look, now_ms);
    return this.#isUnsent(now_ms) && (this.#is === null || rank(this.#is) < rank('frozen')) ? 'frozen' : this.#is;
  }

  #see({ luma, frames }: PictureLook & { kind: 'picture' }, now_ms: number): void {
    this.#blind.hold(false, now_ms);
    const before = this.#luma;
    const moved = before === null || luma.length !== before.length || luma.some((value, at) => value !== before[at]);
    if (before !== null && (moved || frames > this.#frames)) this.#works = true;
    if (moved) this.#movedAt = now_ms;
    [this.#luma, this.#frames] = [luma, frames];
    this.#settle(this.#found(luma, now_ms), now_ms);
  }

  /** What holds now, whatever was said before; null while it is neither well nor bad for long enough. */
  #found(luma: Uint8Array, now_ms: number): PictureIs | null {
    const { low, high, most } = lightOf(luma);
    const black = this.#is === 'black' ? STILL_BLACK : BLACK;
    const isBlack = high < black.high && high - low < black.spread;
    const isDark = most < (this.#is === 'dark' ? STILL_DARK : DARK);
    const still_ms = this.#works ? now_ms - this.#movedAt : 0;
    const good_ms = this.#good.hold(this.#works && !isBlack && !isDark && still_ms < BETTER_MS, now_ms);
    const [black_ms, dark_ms] = [this.#black.hold(isBlack, now_ms), this.#dark.hold(isDark, now_ms)];
    if (black_ms >= BLACK_MS || (isBlack && this.#is === 'black')) return 'black';
    if (still_ms >= STILL_MS) return 'frozen';
    if (dark_ms >= DARK_MS) return 'dark';
    return good_ms >= BETTER_MS ? 'live' : null;
  }

  /** Worse is said at once, better only when it stays so. */
  #settle(found: PictureIs | null, now_ms: number): void {
    const isMilder = found !== null && this.#is !== null && rank(found) < rank(this.#is);
    const milder_ms = this.#milder.hold(isMilder, now_ms);
    if (found !== null && (!isMilder || found === 'live' || milder_ms >= BETTER_MS)) this.#is = found;
  }

  #hold(now_ms: number): PictureIs | null {
    if (this.#stopped.hold(true, now_ms) >= STOPPED_MS) this.#is = 'stopped';
    this.#beginAnew(now_ms);
    this.#encoded = null;
    return this.#is;
  }

  /** What was seen a moment ago is good for a moment. */
  #lookAway(now_ms: number): void {
    if (this.#blind.hold(true, now_ms) >= BETTER_MS) this.#is = null;
    this.#beginAnew(now_ms);
  }

  #forget(now_ms: number): null {
    this.#beginAnew(now_ms);
    for (const held of [this.#stopped, this.#blind]) held.hold(false, now_ms);
    this.#is = this.#encoded = null;
    return null;
  }

  #beginAnew(now_ms: number): void {
    for (const held of [this.#black, this.#dark, this.#good, this.#milder]) held.hold(false, now_ms);
    this.#luma = null;
    this.#works = false;
    this.#movedAt = now_ms;
  }

  #isUnsent(now_ms: number): boolean {
    return this.#encoded !== null && now_ms - this.#encoded.grewAt >= UNSENT_MS;
  }
}

/** How long something has been so without a break. */
export class Held {
  #since: number | null = null;

  hold(is: boolean, now_ms: number): number {
    this.#since = is ? (this.#since ?? now_ms) : null;
    return this.#since === null ? 0 : now_ms - this.#since;
  }
}

/** The darkest and the brightest twentieth, and what nine tenths stay below: one hot pixel is no light. */
export function lightOf(luma: Uint8Array): { low: number; high: number; most: number } {
  const sorted = luma.toSorted();
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { low: at(0.05), high: at(0.95), most: at(0.9) };
}
