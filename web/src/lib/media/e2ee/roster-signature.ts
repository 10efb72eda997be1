/**
 * Whether the house itself said who is in the room: ECDSA P-256 with SHA-256 over these bytes, and no others.
 *
 *   text("Holdspace roster 1") ‖ text(room) ‖ u64 epoch ‖ u64 issued_at ‖ u32 count of members
 *   then per member, in ascending order of number:
 *   u16 number ‖ text(person) ‖ text(device) ‖ u32 65 ‖ 65 bytes: 0x04 ‖ X ‖ Y of the public key
 *
 * text(t) is u32 length in bytes ‖ UTF-8 of t, nothing normalised. All numbers are big endian; issued_at is microseconds UTC.
 * The signature is r ‖ s, 32 bytes each, big endian (IEEE P1363, not DER). Ed25519 would be shorter, but not every browser has it.
 */

import { fromBase64url } from '../../base64url';
import { bigEndian, joined, prefixed, prefixedText, type Bytes } from './bytes';
import { parseRoster, pointOf, type Member, type Roster } from './roster';

const LABEL = 'Holdspace roster 1';
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

export type RosterRefusal =
  /** Not a roster at all, or one that names a number or key twice. */
  | 'malformed'
  | 'other_room'
  /** Not newer than the one already believed. */
  | 'old'
  /** Not signed by this house. */
  | 'forged';

/** What this browser knows before a roster comes. */
export type Expectation = { room: string; /** The last roster believed; 0 before the first. */ after_epoch: number };

/** Throws for a roster that parseRoster would refuse. */
export function rosterBytes(roster: Roster): Bytes {
  const members = [...roster.members].sort((one, other) => one.number - other.number);
  const head = [prefixedText(LABEL), prefixedText(roster.room), bigEndian(roster.epoch, 8), bigEndian(roster.issued_at, 8)];
  return joined(...head, bigEndian(members.length, 4), ...members.map(memberBytes));
}

/** The house's public key, as it publishes it: the uncompressed point in base64url. Null when it is none. */
export async function houseKey(public_key: string): Promise<CryptoKey | null> {
  const point = pointOf(public_key);
  if (point === null) return null;
  return crypto.subtle.importKey('raw', point, CURVE, false, ['verify']).catch(() => null);
}

/** Believes a roster, or says why not. Nothing of a refused roster may be used. */
export async function verifyRoster(house: CryptoKey, expected: Expectation, message: unknown): Promise<{ roster: Roster } | { refused: RosterRefusal }> {
  const parsed = parseRoster(message);
  if (parsed === null) return { refused: 'malformed' };
  if (parsed.room !== expected.room) return { refused: 'other_room' };
  if (parsed.epoch <= expected.after_epoch) return { refused: 'old' };
  const { signature, ...roster } = parsed;
  const isSigned = await crypto.subtle.verify(SIGNING, house, fromBase64url(signature) ?? new Uint8Array(), rosterBytes(roster));
  return isSigned ? { roster } : { refused: 'forged' };
}

function memberBytes({ number, person, device, public_key }: Member): Bytes {
  const point = pointOf(public_key);
  if (point === null) throw new RangeError(`member ${number} has no public key`);
  return joined(bigEndian(number, 2), prefixedText(person), prefixedText(device), prefixed(point));
}
