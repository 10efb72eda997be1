/**
 * Which number (SFrame KID) a key goes by: whose it is, and of which epoch.
 *
 *   KID = roster number × 65,536 + epoch
 *
 * The house gives every coming-in a roster number that it has not given before in that room, and epochs count from 1
 * within one coming-in: a KID never means two keys. It fits into four bytes of a header.
 */

/** Roster numbers are 1 to 65,535. */
export const NUMBER_MAX = 0xffff;
/** Epochs are 1 to 65,535: a roster that changes every second for 18 hours. After the last one, come in anew. */
export const EPOCH_MAX = 0xffff;
const EPOCHS = 0x1_0000;

export type KeyOwner = { number: number; epoch: number };

/** Throws outside the bounds: they were checked at the door. */
export function kidOf({ number, epoch }: KeyOwner): number {
  if (!isNumber(number) || !isEpoch(epoch)) throw new RangeError(`no key id for ${number}, epoch ${epoch}`);
  return number * EPOCHS + epoch;
}

/** Null for a KID that `kidOf` cannot make. */
export function ownerOf(kid: number): KeyOwner | null {
  const owner = { number: Math.floor(kid / EPOCHS), epoch: kid % EPOCHS };
  return isNumber(owner.number) && isEpoch(owner.epoch) ? owner : null;
}

export const isNumber = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= NUMBER_MAX;
export const isEpoch = (epoch: number): boolean => Number.isInteger(epoch) && epoch >= 1 && epoch <= EPOCH_MAX;
