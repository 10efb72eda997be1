/**
 * When a sender makes a new key, begins to send under it, and forgets the keys of others. Pure: time is an argument.
 *
 *   roster changes ──▶ make_key ──▶ all others have it, or 1.5 s ──▶ send_under
 *   a newer key of another comes ──▶ 2 s after the first frame under it (at the latest 3.5 s after it came) ──▶ forget
 *
 * Every change of the roster makes a new epoch of every sender: who joins cannot read what was before, who left cannot
 * read what comes after. Sending is never later than 1.5 s after the first change that is not yet honoured, however
 * many changes follow it: rotation is done within 2 s of a leave.
 */

import { EPOCH_MAX } from './key-ids';
import type { Member } from './roster';

/** A wrapped key takes two ways through the house; who has not got it by then does not hold up the others. */
export const BEGIN_BY_MS = 1500;
/** Frames wait this long at most in jitter buffers and retransmissions. */
export const IN_FLIGHT_MS = 2000;
/** Of one sender. Only somebody whose roster changes several times a second would need more. */
export const RECEIVING_MAX = 8;

export type Epochs = {
  me: number;
  others: readonly Member[];
  /** The newest epoch that was made here. */
  epoch: number;
  /** The one that frames go out under. */
  sending: number | null;
  coming: { epoch: number; begin_by_at: number; waits_for: readonly number[] } | null;
  receiving: readonly Receiving[];
};

type Receiving = { number: number; device: string; epoch: number; forget_at: number | null };

export type Input =
  /** A roster that was verified; the whole of it. */
  | { kind: 'roster'; members: readonly Member[] }
  /** A roster came that the house did not sign: nothing goes out until one comes that it did. */
  | { kind: 'doubt' }
  /** `number` says that it has this device's key of `epoch`. */
  | { kind: 'had'; number: number; epoch: number }
  /** A key of `number` came and was unwrapped. */
  | { kind: 'received'; number: number; epoch: number }
  /** The first frame under that key was opened. */
  | { kind: 'heard'; number: number; epoch: number }
  | { kind: 'tick' };

export type Said =
  /** Make a base key and wrap it for each of these. */
  | { kind: 'make_key'; epoch: number; wrap_for: readonly Member[] }
  | { kind: 'send_under'; epoch: number }
  /** This device is not on the roster, or the roster is not to be believed: nothing more may be sent. */
  | { kind: 'stop_sending' }
  | { kind: 'forget'; number: number; epoch: number };

export type Step = { epochs: Epochs; said: readonly Said[] };

export function beginEpochs(me: number): Epochs {
  return { me, others: [], epoch: 0, sending: null, coming: null, receiving: [] };
}

/** Whatever is due is done with every input, however late it comes. */
export function step(epochs: Epochs, input: Input, now_ms: number): Step {
  const told = hear(epochs, input, now_ms);
  const begun = begin(told.epochs, now_ms);
  const forgotten = forget(begun.epochs, now_ms);
  return { epochs: forgotten.epochs, said: [...told.said, ...begun.said, ...forgotten.said] };
}

/** When to step with a tick; null when nothing is waiting for time. */
export function dueAt(epochs: Epochs): number | null {
  const forgets = epochs.receiving.flatMap(({ forget_at }) => (forget_at === null ? [] : [forget_at]));
  const times = epochs.coming === null ? forgets : [epochs.coming.begin_by_at, ...forgets];
  return times.length === 0 ? null : Math.min(...times);
}

function hear(epochs: Epochs, input: Input, now_ms: number): Step {
  switch (input.kind) {
    case 'roster':
      return rosterChanged(epochs, input.members, now_ms);
    case 'doubt':
      return { epochs: { ...epochs, sending: null, coming: null }, said: [{ kind: 'stop_sending' }] };
    case 'had':
      return { epochs: had(epochs, input.number, input.epoch), said: [] };
    case 'received':
      return { epochs: received(epochs, input.number, input.epoch, now_ms), said: [] };
    case 'heard':
      return { epochs: fade(epochs, (one) => one.number === input.number && one.epoch < input.epoch, now_ms + IN_FLIGHT_MS), said: [] };
    case 'tick':
      return { epochs, said: [] };
  }
}

function rosterChanged(epochs: Epochs, members: readonly Member[], now_ms: number): Step {
  const isIn = members.some((member) => member.number === epochs.me);
  // Who was sent out has no business with anybody's keys, and sends nothing more.
  const others = isIn ? members.filter((member) => member.number !== epochs.me) : [];
  const known = fadeGone({ ...epochs, others }, now_ms);
  if (!isIn) return { epochs: { ...known, sending: null, coming: null }, said: [{ kind: 'stop_sending' }] };
  const mustRotate = !isSameSet(epochs.others, others) || (epochs.sending === null && epochs.coming === null);
  if (!mustRotate) return { epochs: known, said: [] };
  if (epochs.epoch >= EPOCH_MAX) return { epochs: { ...known, sending: null, coming: null }, said: [{ kind: 'stop_sending' }] };
  const epoch = epochs.epoch + 1;
  const begin_by_at = Math.min(epochs.coming?.begin_by_at ?? Infinity, now_ms + BEGIN_BY_MS);
  const coming = { epoch, begin_by_at, waits_for: others.map((member) => member.number) };
  return { epochs: { ...known, epoch, coming }, said: [{ kind: 'make_key', epoch, wrap_for: others }] };
}

function had(epochs: Epochs, number: number, epoch: number): Epochs {
  const { coming } = epochs;
  if (coming === null || coming.epoch !== epoch) return epochs;
  return { ...epochs, coming: { ...coming, waits_for: coming.waits_for.filter((one) => one !== number) } };
}

function received(epochs: Epochs, number: number, epoch: number, now_ms: number): Epochs {
  const sender = epochs.others.find((member) => member.number === number);
  const isOld = epochs.receiving.some((one) => one.number === number && one.epoch >= epoch);
  if (sender === undefined || isOld) return epochs;
  // The sender may go on under the old key until its own deadline, and those frames may then be in flight.
  const faded = fade(epochs, (one) => one.number === number, now_ms + BEGIN_BY_MS + IN_FLIGHT_MS);
  const all = [...faded.receiving, { number, device: sender.device, epoch, forget_at: null }];
  const surplus = all.filter((one) => one.number === number).slice(0, -RECEIVING_MAX);
  return { ...faded, receiving: all.map((one) => (surplus.includes(one) ? { ...one, forget_at: now_ms } : one)) };
}

/** Who left is not heard any more; a device that came in again is, until its new line speaks. */
function fadeGone(epochs: Epochs, now_ms: number): Epochs {
  const isGone = (one: Receiving) => !epochs.others.some((member) => member.number === one.number);
  const isBack = (one: Receiving) => epochs.others.some((member) => member.device === one.device);
  const faded = fade(epochs, (one) => isGone(one) && isBack(one), now_ms + IN_FLIGHT_MS);
  return fade(faded, (one) => isGone(one) && !isBack(one), now_ms);
}

/** A key that is to be forgotten is never kept longer than was said first. */
function fade(epochs: Epochs, concerns: (one: Receiving) => boolean, forget_at: number): Epochs {
  const sooner = (one: Receiving) => ({ ...one, forget_at: Math.min(one.forget_at ?? Infinity, forget_at) });
  return { ...epochs, receiving: epochs.receiving.map((one) => (concerns(one) ? sooner(one) : one)) };
}

function begin(epochs: Epochs, now_ms: number): Step {
  const { coming } = epochs;
  if (coming === null || (coming.waits_for.length > 0 && now_ms < coming.begin_by_at)) return { epochs, said: [] };
  return { epochs: { ...epochs, sending: coming.epoch, coming: null }, said: [{ kind: 'send_under', epoch: coming.epoch }] };
}

function forget(epochs: Epochs, now_ms: number): Step {
  const isDue = (one: Receiving) => one.forget_at !== null && one.forget_at <= now_ms;
  const said = epochs.receiving.filter(isDue).map(({ number, epoch }) => ({ kind: 'forget', number, epoch }) as const);
  return { epochs: { ...epochs, receiving: epochs.receiving.filter((one) => !isDue(one)) }, said };
}

function isSameSet(before: readonly Member[], after: readonly Member[]): boolean {
  const key = (member: Member) => `${member.number} ${member.device} ${member.public_key}`;
  const known = new Set(before.map(key));
  return before.length === after.length && after.every((member) => known.has(key(member)));
}
