/**
 * What the own microphone gives, judged from the loudest sample of each stretch. Pure: the time is passed in.
 *
 * A room is never silent: its air, its walls and the microphone's own electronics are heard. Nothing at all means a
 * switch on the headset, a dead cable, or a system that hands over zeros. So nobody has to speak to be checked.
 */

import { GAP_MS, Held, STOPPED_MS } from './picture-check';
import type { SoundIs } from './types';

export type SoundLook =
  /** The person has switched it off, or there is none. */
  | { kind: 'off' }
  /** The track ended or the system holds it back. */
  | { kind: 'stopped' }
  /** The page may not listen yet: its browser plays and hears nothing before a press. */
  | { kind: 'deaf' }
  /** The loudest sample since the last look, 0 to 1. */
  | { kind: 'sound'; peak: number };

/** A pause between words has the room in it. With the third of a second that one look hears, two seconds of nothing at all. */
export const SILENT_MS = 1600;
/** Two steps of 16 bits, −84 dB: below what is left of a quiet room after noise suppression, above rounding. */
export const NOTHING = 2 / 32_768;

export class SoundCheck {
  #is: SoundIs | null = null;
  #lookedAt = -Infinity;
  #silent = new Held();
  #stopped = new Held();
  #deaf = new Held();
  /** Whether the look before heard something: one click is a plug, two looks are a room. */
  #heard = false;

  /** Several times a second, without a gap between what two looks hear. Null is "not known". */
  look(look: SoundLook, now_ms: number): SoundIs | null {
    if (now_ms - this.#lookedAt > GAP_MS) this.#silent.hold(false, now_ms);
    this.#lookedAt = now_ms;
    const stopped_ms = this.#stopped.hold(look.kind === 'stopped', now_ms);
    const deaf_ms = this.#deaf.hold(look.kind === 'deaf', now_ms);
    const isSilent = look.kind === 'sound' && look.peak < NOTHING;
    const silent_ms = this.#silent.hold(isSilent, now_ms);
    const hears = look.kind === 'sound' && !isSilent;
    if (look.kind === 'off' || deaf_ms >= SILENT_MS) this.#is = null;
    else if (stopped_ms >= STOPPED_MS) this.#is = 'stopped';
    else if (silent_ms >= SILENT_MS) this.#is = 'silent';
    else if (hears && this.#heard) this.#is = 'live';
    this.#heard = hears;
    return this.#is;
  }
}
