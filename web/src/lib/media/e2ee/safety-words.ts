/**
 * Six words that every device of a room works out alike from the room and the keys on its roster.
 * The therapist reads them aloud: words that differ mean that somebody was given another key than the one they asked for.
 *
 *   list    = text("Holdspace safety words 1") ‖ text(room) ‖ u32 count ‖ per device: text(device) ‖ bytes(public key)
 *   words   = PBKDF2-SHA-256(SHA-256(list), salt = text("Holdspace safety words 1") ‖ text(room), 250,000), 6 bytes
 *
 * text() and bytes() put a length of four bytes in front. Devices are sorted by their bytes, then keys by theirs.
 */

import { bigEndian, compareBytes, joined, prefixed, prefixedText, type Bytes } from './bytes';
import { pointOf } from './roster';
import { SAFETY_WORDS } from './safety-word-list';

export const WORDS = 6;
/** A tenth of a second or two for a phone, once for every roster; for who grinds 2^48 keys, as much for each of them. */
const ITERATIONS = 250_000;
const LABEL = 'Holdspace safety words 1';

/** Of a device only its name and its key are spoken for. */
export type Spoken = { device: string; public_key: string };

/** Throws for a key that is no key: the roster was parsed at the door. */
export async function safetyWords(room: string, devices: readonly Spoken[]): Promise<string[]> {
  const digest = await crypto.subtle.digest('SHA-256', listed(room, devices));
  const secret = await crypto.subtle.importKey('raw', digest, 'PBKDF2', false, ['deriveBits']);
  const salt = joined(prefixedText(LABEL), prefixedText(room));
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, WORDS * 8));
  return Array.from(bytes, (byte) => SAFETY_WORDS[byte] ?? '');
}

function listed(room: string, devices: readonly Spoken[]): Bytes {
  const entries = devices.map((one) => ({ device: prefixedText(one.device), key: prefixed(keyOf(one)) }));
  entries.sort((one, other) => compareBytes(one.device, other.device) || compareBytes(one.key, other.key));
  const head = [prefixedText(LABEL), prefixedText(room), bigEndian(entries.length, 4)];
  return joined(...head, ...entries.flatMap(({ device, key }) => [device, key]));
}

function keyOf(device: Spoken): Bytes {
  const point = pointOf(device.public_key);
  if (point === null) throw new RangeError(`${device.device} has no public key`);
  return point;
}
