/**
 * How a base key gets from the device that made it to one other device, past a house that must not read it.
 *
 *   ECDH P-256 (own private key, the other's key on the roster)
 *     → HKDF-SHA-256 (the info binds purpose, room, sender, receiver, both keys, epoch) → AES-256-GCM
 *
 *   envelope = u8 1 ‖ u16 sender's number ‖ u16 receiver's number ‖ u16 epoch ‖ 12 bytes nonce ‖ 32 bytes sealed ‖ 16 bytes tag
 *
 * in base64url, 90 letters. Only these two devices can make that key, and each direction has its own: whoever opens an
 * envelope knows who sent it. The key pair lives as long as one coming-in, so what was recorded cannot be opened later.
 */

import { fromBase64url, toBase64url } from '../../base64url';
import { bigEndian, fromBigEndian, joined, prefixed, prefixedText, type Bytes } from './bytes';
import { isEpoch } from './key-ids';
import { pointOf, type Member } from './roster';

export const BASE_KEY_LENGTH = 32;
const PURPOSE = 'Holdspace E2EE 1';
const VERSION = 1;
const ADDRESS_LENGTH = 7;
const NONCE_LENGTH = 12;
const ENVELOPE_LENGTH = ADDRESS_LENGTH + NONCE_LENGTH + BASE_KEY_LENGTH + 16;
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };

/** What a device makes when it comes in. The private half can be used, and taken out by nobody. */
export type OwnKeys = { privateKey: CryptoKey; public_key: string };

/** One letter from one device to one other. */
export type Route = { room: string; from: Member; to: Member; epoch: number };

export type Unwrapped = { from: Member; epoch: number; baseKey: Bytes };

export type KeyRefusal =
  | 'malformed'
  | 'not_for_me'
  /** From a number that is not on the roster, or from oneself. */
  | 'unknown_sender'
  /** Of an epoch before the newest that this sender has sent. */
  | 'old_epoch'
  /** Of that newest epoch again: acknowledge it again, and change nothing. */
  | 'known_epoch'
  /** Not sealed by the device that it names, or not for this room and epoch. */
  | 'forged';

/** What the receiver knows: who it is, who is there, and the newest epoch that it has from each number. */
export type Receiver = { room: string; me: Member; members: readonly Member[]; epochs: ReadonlyMap<number, number> };

export async function makeOwnKeys(): Promise<OwnKeys> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  return { privateKey: pair.privateKey, public_key: toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) };
}

/** The secret of one epoch of one sender. Wrap it, derive from it, then `fill(0)`: nothing else needs it. */
export const makeBaseKey = (): Bytes => crypto.getRandomValues(new Uint8Array(BASE_KEY_LENGTH));

/** Throws when a key on the route is no point of the curve. */
export async function wrapKey(own: OwnKeys, route: Route, baseKey: Bytes): Promise<string> {
  const address = joined(bigEndian(VERSION, 1), bigEndian(route.from.number, 2), bigEndian(route.to.number, 2), bigEndian(route.epoch, 2));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  const key = await wrappingKey(own, route.to, route, 'encrypt');
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: address }, key, baseKey);
  return toBase64url(joined(address, nonce, new Uint8Array(sealed)));
}

/** Never throws: what comes over the socket is judged, and a wrong letter is a refusal. */
export async function unwrapKey(own: OwnKeys, receiver: Receiver, text: string): Promise<Unwrapped | { refused: KeyRefusal }> {
  const envelope = fromBase64url(text);
  if (envelope === null || envelope.length !== ENVELOPE_LENGTH || envelope[0] !== VERSION) return { refused: 'malformed' };
  const numberAt = (at: number, width: number) => fromBigEndian(envelope.subarray(at, at + width)) ?? 0;
  const epoch = numberAt(5, 2);
  if (!isEpoch(epoch)) return { refused: 'malformed' };
  if (numberAt(3, 2) !== receiver.me.number) return { refused: 'not_for_me' };
  const from = receiver.members.find((member) => member.number === numberAt(1, 2));
  if (from === undefined || from.number === receiver.me.number) return { refused: 'unknown_sender' };
  const newest = receiver.epochs.get(from.number) ?? 0;
  if (epoch < newest) return { refused: 'old_epoch' };
  const baseKey = await opened(own, { room: receiver.room, from, to: receiver.me, epoch }, envelope);
  if (baseKey === null) return { refused: 'forged' };
  return epoch === newest ? { refused: 'known_epoch' } : { from, epoch, baseKey };
}

async function opened(own: OwnKeys, route: Route, envelope: Bytes): Promise<Bytes | null> {
  const additionalData = envelope.subarray(0, ADDRESS_LENGTH);
  const iv = envelope.subarray(ADDRESS_LENGTH, ADDRESS_LENGTH + NONCE_LENGTH);
  try {
    const key = await wrappingKey(own, route.from, route, 'decrypt');
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, envelope.subarray(ADDRESS_LENGTH + NONCE_LENGTH)));
  } catch {
    return null;
  }
}

async function wrappingKey(own: OwnKeys, peer: Member, route: Route, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const peerKey = await crypto.subtle.importKey('raw', point(peer), CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: peerKey }, own.privateKey, 256);
  const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: binding(route) };
  return crypto.subtle.deriveKey(derivation, secret, { name: 'AES-GCM', length: 256 }, false, [use]);
}

/** A letter for another room, pair of devices, pair of keys or epoch has another key. */
function binding({ room, from, to, epoch }: Route): Bytes {
  const names = [PURPOSE, room, from.device, to.device].map(prefixedText);
  return joined(...names, prefixed(point(from)), prefixed(point(to)), bigEndian(epoch, 2));
}

function point(member: Member): Bytes {
  const bytes = pointOf(member.public_key);
  if (bytes === null) throw new RangeError(`member ${member.number} has no public key`);
  return bytes;
}
