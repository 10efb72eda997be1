/** Lee leads, Ana sits, Sam is the patient, Noor looks in: each on one device with a key of its own. Only tests read this. */

import { toBase64url } from '../../base64url';
import { utf8, type Bytes } from './bytes';
import { makeOwnKeys, type OwnKeys } from './key-exchange';
import type { Member } from './roster';

export type Person = { member: Member; own: OwnKeys };

export async function comesIn(person: string, number: number): Promise<Person> {
  const own = await makeOwnKeys();
  return { own, member: { number, person, device: `${person}-phone`, public_key: own.public_key } };
}

/** A member whose key nobody uses: it has the right length, and is on no curve. */
export function member(person: string, number: number): Member {
  const point = new Uint8Array(65).fill(number);
  point[0] = 4;
  return { number, person, device: `${person}-phone`, public_key: toBase64url(point) };
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
export const fromHex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes));

/** The same base key wherever the same word is said. */
export const baseKeyOf = (word: string): Bytes => utf8(word.padEnd(32, '.'));
