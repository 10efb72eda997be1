/**
 * The keys of one coming-in: its own are made and handed out, those of the others are collected, when epochs.ts says so.
 *
 *   devices ──▶ believed ──▶ seats, words, a new key for each of the others ──▶ key ──▶ key_had
 *
 * What comes is taken one after the other: no letter is judged by a roster that came after it. Frames are the worker's;
 * this file never sees one.
 */

import { beginEpochs, dueAt, step, type Epochs, type Input, type Said } from './epochs';
import { makeBaseKey, unwrapKey, wrapKey, type OwnKeys } from './key-exchange';
import { kidOf, ownerOf } from './key-ids';
import type { Member, Roster } from './roster';
import { verifyRoster } from './roster-signature';
import { safetyWords } from './safety-words';
import { deriveKey, type SFrameKey } from './sframe-cipher';
import type { Cipher, FromCipher } from './transform';

/** How this coming-in stands with the others. */
export type Standing =
  /** Nothing goes out yet, or the keys of these people are still on their way. Alone in the room too. */
  | { kind: 'waiting'; missing: readonly string[] }
  /** The six words to read aloud; null while they are being worked out. */
  | { kind: 'encrypted'; words: readonly string[] | null }
  | {
      kind: 'stopped';
      why: /** The house does not list this device, so nobody gives it a key. */
      | 'off_roster'
        /** Something was not from whom it claims to be: the roster, a key, or frames. */
        | 'forged'
        /** The worker died. */
        | 'failed';
    };

/** What the house says or passes on: proto/signalling.md. */
export type ForRing = { type: 'devices' } | { type: 'key'; from: number; key: string } | { type: 'key_had'; from: number; epoch: number };

/** Which person a slot shows; `slot` is the name that its transforms were given. */
export type Seat = { slot: string; person: string | null };

export type RingOptions = {
  room: string;
  own: OwnKeys;
  house: CryptoKey;
  cipher: Pick<Cipher, 'take'>;
  send: (message: object) => void;
  onStanding: (standing: Standing) => void;
};

/** One suite for all: who offered a choice could be talked into the weaker. */
export const SUITE = 'AES_256_GCM_SHA512_128';
/** A letter that was lost on the way (the other's socket was just coming) is sent again this often. */
export const SEND_AGAIN_MS = 1000;
/** Nobody reads aloud in the first second; until then the processor is the first picture's. */
export const WORDS_AFTER_MS = 1000;
/** Letters that came before the roster that explains them. */
const EARLY_MAX = 32;
/** So many reports, one a second, of frames that their own key does not open; one or two happen while somebody changes slots. */
const FORGED_REPORTS = 3;
const FORGED_WITHIN_MS = 5000;
const FAILURES_MAX = 32;

type Early = { from: number; key: string };

export class KeyRing {
  readonly #options: RingOptions;
  #roster: Roster | null = null;
  #epochs: Epochs | null = null;
  #doubt: 'off_roster' | 'forged' | null = null;
  #hasFailed = false;
  /** The newest own key, to be sent under once the others have it. */
  #made: SFrameKey | null = null;
  /** What has not been acknowledged, by number. */
  #letters = new Map<number, string>();
  /** The newest epoch taken from each number. */
  #taken = new Map<number, number>();
  #early: Early[] = [];
  /** Who sends under a key that is not here. */
  readonly #behind = new Set<number>();
  /** Whose last letter was not theirs. */
  readonly #forged = new Set<number>();
  #failures: { kid: number; at: number }[] = [];
  #seats: readonly Seat[] = [];
  #words: readonly string[] | null = null;
  #queue: Promise<void> = Promise.resolve();
  #due: ReturnType<typeof setTimeout> | null = null;
  #speaks: ReturnType<typeof setTimeout> | null = null;
  readonly #again: ReturnType<typeof setInterval>;
  #isOver = false;

  constructor(options: RingOptions) {
    this.#options = options;
    this.#again = setInterval(() => this.#sendAgain(), SEND_AGAIN_MS);
  }

  get public_key(): string {
    return this.#options.own.public_key;
  }

  hear(message: ForRing): void {
    this.#then(() => this.#hear(message));
  }

  /** What the worker tells. */
  report(report: FromCipher): void {
    this.#then(() => this.#report(report));
  }

  seat(seats: readonly Seat[]): void {
    this.#seats = seats;
    this.#tellSeats();
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#again);
    for (const timer of [this.#due, this.#speaks]) if (timer !== null) clearTimeout(timer);
  }

  #then(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#isOver) return;
      await work();
      const standing = this.#standing();
      this.#wakeWhenDue();
      this.#options.onStanding(standing);
    });
  }

  async #hear(message: ForRing): Promise<void> {
    switch (message.type) {
      case 'devices':
        return this.#devices(message);
      case 'key':
        return this.#key(message);
      case 'key_had':
        if (message.epoch === this.#epochs?.epoch) this.#letters.delete(message.from);
        return this.#step({ kind: 'had', number: message.from, epoch: message.epoch });
    }
  }

  async #devices(message: unknown): Promise<void> {
    const { house, room, own } = this.#options;
    const verdict = await verifyRoster(house, { room, after_epoch: this.#roster?.epoch ?? 0 }, message);
    if ('refused' in verdict) {
      if (verdict.refused === 'old') return;
      this.#doubt = 'forged';
      return this.#step({ kind: 'doubt' });
    }
    const { roster } = verdict;
    this.#roster = roster;
    const me = roster.members.find((member) => member.public_key === own.public_key);
    this.#doubt = me === undefined ? 'off_roster' : null;
    this.#epochs ??= me === undefined ? null : beginEpochs(me.number);
    this.#forget(me === undefined ? [] : roster.members);
    await this.#step({ kind: 'roster', members: roster.members });
    this.#tellSeats();
    this.#speak(roster);
    for (const early of this.#early.splice(0)) await this.#key(early);
  }

  async #key(letter: Early): Promise<void> {
    const { room, own, cipher, send } = this.#options;
    const me = this.#me();
    if (me === undefined || this.#roster === null) return this.#keep(letter);
    const got = await unwrapKey(own, { room, me, members: this.#roster.members, epochs: this.#taken }, letter.key);
    if ('refused' in got) {
      if (got.refused === 'unknown_sender') this.#keep(letter);
      else if (got.refused === 'known_epoch') send({ type: 'key_had', to: letter.from, epoch: this.#taken.get(letter.from) });
      else if (got.refused === 'forged') this.#forged.add(letter.from);
      return;
    }
    const { from, epoch, baseKey } = got;
    const key = await deriveKey(SUITE, kidOf({ number: from.number, epoch }), baseKey, 'decrypt');
    baseKey.fill(0);
    this.#taken.set(from.number, epoch);
    this.#behind.delete(from.number);
    this.#forged.delete(from.number);
    cipher.take({ kind: 'receive', key });
    send({ type: 'key_had', to: from.number, epoch });
    await this.#step({ kind: 'received', number: from.number, epoch });
  }

  async #report(report: FromCipher): Promise<void> {
    if (report.kind === 'failed') this.#hasFailed = true;
    const owner = report.kind === 'failed' || report.kid === null ? null : ownerOf(report.kid);
    if (owner === null) return;
    if (report.kind === 'heard') return this.#step({ kind: 'heard', ...owner });
    if (this.#roster?.members.some((member) => member.number === owner.number) !== true) return;
    const taken = this.#taken.get(owner.number) ?? 0;
    if (owner.epoch > taken) this.#behind.add(owner.number);
    if (owner.epoch === taken) this.#failures = [...this.#failures, { kid: kidOf(owner), at: performance.now() }].slice(-FAILURES_MAX);
  }

  async #step(input: Input): Promise<void> {
    if (this.#epochs === null) return;
    const { epochs, said } = step(this.#epochs, input, performance.now());
    this.#epochs = epochs;
    for (const one of said) await this.#do(one, epochs.me);
  }

  async #do(said: Said, me: number): Promise<void> {
    const { cipher } = this.#options;
    switch (said.kind) {
      case 'make_key':
        return this.#make(said.epoch, said.wrap_for);
      case 'send_under':
        if (this.#made?.kid === kidOf({ number: me, epoch: said.epoch })) cipher.take({ kind: 'send_under', key: this.#made });
        return;
      case 'stop_sending':
        this.#letters.clear();
        return cipher.take({ kind: 'stop_sending' });
      case 'forget':
        return cipher.take({ kind: 'forget', kid: kidOf(said) });
    }
  }

  async #make(epoch: number, others: readonly Member[]): Promise<void> {
    const { room, own, send } = this.#options;
    const from = this.#me();
    if (from === undefined) return;
    const baseKey = makeBaseKey();
    this.#made = await deriveKey(SUITE, kidOf({ number: from.number, epoch }), baseKey, 'encrypt');
    // A member whose key is on no curve gets no letter, and holds up nobody.
    const wrapped = await Promise.all(others.map((to) => wrapKey(own, { room, from, to, epoch }, baseKey).then((key) => [to.number, key] as const, () => null)));
    baseKey.fill(0);
    this.#letters = new Map(wrapped.filter((letter) => letter !== null));
    for (const [to, key] of this.#letters) send({ type: 'key', to, key });
  }

  #sendAgain(): void {
    for (const [to, key] of this.#letters) this.#options.send({ type: 'key', to, key });
  }

  #keep(letter: Early): void {
    this.#early = [...this.#early, letter].slice(-EARLY_MAX);
  }

  #forget(members: readonly Member[]): void {
    const gone = [...this.#taken.keys()].filter((number) => !members.some((member) => member.number === number));
    for (const number of gone) this.#taken.delete(number);
    for (const listed of [this.#behind, this.#forged]) for (const number of listed) if (!members.some((member) => member.number === number)) listed.delete(number);
  }

  #me(): Member | undefined {
    return this.#roster?.members.find((member) => member.public_key === this.#options.own.public_key);
  }

  /** Whoever is not on the roster speaks in no slot. */
  #tellSeats(): void {
    for (const { slot, person } of this.#seats) {
      const numbers = (this.#roster?.members ?? []).filter((member) => member.person === person).map((member) => member.number);
      this.#options.cipher.take({ kind: 'seat', slot, numbers });
    }
  }

  #speak({ room, members }: Roster): void {
    if (this.#speaks !== null) clearTimeout(this.#speaks);
    this.#words = null;
    this.#speaks = setTimeout(() => {
      void safetyWords(room, members).then((words) =>
        this.#then(async () => {
          if (this.#roster?.members === members) this.#words = words;
        }),
      );
    }, WORDS_AFTER_MS);
  }

  #wakeWhenDue(): void {
    if (this.#due !== null) clearTimeout(this.#due);
    const due = this.#epochs === null ? null : dueAt(this.#epochs);
    const at = Math.min(due ?? Infinity, ...this.#failures.map((failure) => failure.at + FORGED_WITHIN_MS));
    this.#due = at === Infinity ? null : setTimeout(() => this.#then(() => this.#step({ kind: 'tick' })), Math.max(0, at - performance.now()));
  }

  #standing(): Standing {
    if (this.#hasFailed) return { kind: 'stopped', why: 'failed' };
    if (this.#doubt !== null) return { kind: 'stopped', why: this.#doubt };
    if (this.#forged.size > 0 || this.#isForging()) return { kind: 'stopped', why: 'forged' };
    const { others, sending, receiving } = this.#epochs ?? { others: [], sending: null, receiving: [] };
    const isMissing = ({ number }: Member) => this.#behind.has(number) || !receiving.some((one) => one.number === number);
    const missing = [...new Set(others.filter(isMissing).map((member) => member.person))];
    return sending === null || others.length === 0 || missing.length > 0 ? { kind: 'waiting', missing } : { kind: 'encrypted', words: this.#words };
  }

  #isForging(): boolean {
    this.#failures = this.#failures.filter(({ at }) => performance.now() - at < FORGED_WITHIN_MS);
    return this.#failures.some(({ kid }) => this.#failures.filter((one) => one.kid === kid).length >= FORGED_REPORTS);
  }
}
