/**
 * Keeps the keys of one coming-in and lets frames through: sealed on the way out, opened on the way in, or not at all.
 * It lives in transform.worker.ts, one worker for one coming-in. Two guards must never send under the same key: each
 * would count from nought, and a counter used twice gives the plaintext away.
 */

import type { Bytes } from './bytes';
import { claim, protect, reveal, type Kind } from './frame';
import { ownerOf } from './key-ids';
import { ReplayWindow } from './replay';
import type { SFrameKey } from './sframe-cipher';

export type ToGuard =
  /** From now on; a key that was sent under before is not taken again. Made with deriveKey(…, 'encrypt'). */
  | { kind: 'send_under'; key: SFrameKey }
  | { kind: 'stop_sending' }
  /** Made with deriveKey(…, 'decrypt'). A key that is there already stays, with what it has seen. */
  | { kind: 'receive'; key: SFrameKey }
  | { kind: 'forget'; kid: number }
  /** Slot `slot` shows these roster numbers and nobody else: the house cannot put one person's voice under another's name. */
  | { kind: 'seat'; slot: string; numbers: readonly number[] }
  /** True once all who are present have agreed to talk in the clear: frames leave as they are, and come in as they are. */
  | { kind: 'open'; on: boolean };

export type FromGuard =
  /** Frames dropped since the last such report; `kid` as the frames said, null when they said nothing that can be read. */
  | { kind: 'undecryptable'; kid: number | null; count: number }
  /** The first frame under this key was opened. */
  | { kind: 'heard'; kid: number };

/** A key is new because somebody is, and who opens begins to be seen: they can begin with a key frame and with no other. */
export const needsKeyFrame = (message: ToGuard): boolean => message.kind === 'send_under' || message.kind === 'open';

/** A wrong key fails fifty times a second; nobody reads faster than this. */
const REPORT_EVERY_MS = 1000;
/** A house that makes key ids up must not fill this phone's memory. */
const FAILING_KIDS_MAX = 32;

type Sending = { key: SFrameKey; next: number };
type Receiving = { key: SFrameKey; window: ReplayWindow; isHeard: boolean };

export class FrameGuard {
  readonly #report: (report: FromGuard) => void;
  readonly #now: () => number;
  readonly #sentUnder = new Set<number>();
  readonly #receiving = new Map<number, Receiving>();
  readonly #seats = new Map<string, ReadonlySet<number>>();
  readonly #failed = new Map<number | null, number>();
  #sending: Sending | null = null;
  #isOpen = false;
  #reportedAt = -Infinity;

  constructor(report: (report: FromGuard) => void, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  take(message: ToGuard): void {
    switch (message.kind) {
      case 'send_under':
        return this.#sendUnder(message.key);
      case 'stop_sending':
        this.#sending = null;
        return;
      case 'receive':
        if (!this.#receiving.has(message.key.kid)) this.#receiving.set(message.key.kid, { key: message.key, window: new ReplayWindow(), isHeard: false });
        return;
      case 'forget':
        this.#receiving.delete(message.kid);
        return;
      case 'seat':
        this.#seats.set(message.slot, new Set(message.numbers));
        return;
      case 'open':
        this.#isOpen = message.on;
        return;
    }
  }

  /** Null while there is no key: nothing leaves in the clear unless all have agreed to it. */
  async seal(kind: Kind, frame: Bytes): Promise<Bytes | null> {
    if (this.#isOpen) return frame;
    const sending = this.#sending;
    if (sending === null) return null;
    // Taken before anything is awaited: sound and pictures seal at the same time, and no counter may be used twice.
    const counter = sending.next;
    sending.next += 1;
    return protect(sending.key, counter, kind, frame).catch(() => null);
  }

  /** Null for what is not a fresh frame of somebody who belongs into this slot. Never rejects. */
  async open(kind: Kind, frame: Bytes, slot: string): Promise<Bytes | null> {
    this.#tellFailures();
    const said = claim(kind, frame);
    const known = said === null ? undefined : this.#receiving.get(said.kid);
    // Who has not heard of the agreement yet still seals: what is under a key that is here is never taken for a clear frame.
    if (this.#isOpen && known === undefined) return frame;
    if (said === null || known === undefined || !this.#belongs(said.kid, slot)) return this.#fail(said?.kid ?? null);
    if (!known.window.isNew(said.counter)) return null;
    const opened = await reveal(known.key, kind, frame).catch(() => null);
    if (opened === null) return this.#fail(said.kid);
    if (!known.window.accept(said.counter) || this.#receiving.get(said.kid) !== known) return null;
    if (!known.isHeard) this.#report({ kind: 'heard', kid: said.kid });
    known.isHeard = true;
    return opened;
  }

  #sendUnder(key: SFrameKey): void {
    if (this.#sentUnder.has(key.kid)) return;
    this.#sentUnder.add(key.kid);
    this.#sending = { key, next: 0 };
  }

  #belongs(kid: number, slot: string): boolean {
    const numbers = this.#seats.get(slot);
    const owner = ownerOf(kid);
    return numbers === undefined || (owner !== null && numbers.has(owner.number));
  }

  #fail(kid: number | null): null {
    const isListed = this.#failed.has(kid) || this.#failed.size < FAILING_KIDS_MAX;
    const listed = isListed ? kid : null;
    this.#failed.set(listed, (this.#failed.get(listed) ?? 0) + 1);
    this.#tellFailures();
    return null;
  }

  #tellFailures(): void {
    const now = this.#now();
    if (this.#failed.size === 0 || now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    for (const [kid, count] of this.#failed) this.#report({ kind: 'undecryptable', kid, count });
    this.#failed.clear();
  }
}
