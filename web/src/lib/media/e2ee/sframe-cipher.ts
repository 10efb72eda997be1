/**
 * How one frame is sealed and opened with one key: RFC 9605 §4.4, the two suites that WebCrypto can do.
 * What is authenticated but readable is the header, then the metadata.
 */

import { bigEndian, joined, utf8, type Bytes } from './bytes';
import { decodeHeader, encodeHeader } from './sframe-header';

/** Numbers, hashes and key lengths of RFC 9605 §4.5. */
const SUITES = {
  AES_128_GCM_SHA256_128: { id: 0x0004, hash: 'SHA-256', key_bits: 128 },
  AES_256_GCM_SHA512_128: { id: 0x0005, hash: 'SHA-512', key_bits: 256 },
} as const;

export type Suite = keyof typeof SUITES;

/** What may be done with a key: nobody can seal with a key that was given for opening. */
export type Use = 'encrypt' | 'decrypt';

/** One key, ready for use. It can be posted to a worker; its bytes can be read by nobody. */
export type SFrameKey = { kid: number; key: CryptoKey; salt: Bytes };

const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;

/** From a base key to what seals under `kid`. WebCrypto's HKDF does both of its steps, the first with an empty salt. */
export async function deriveKey(suite: Suite, kid: number, baseKey: Bytes, use: Use): Promise<SFrameKey> {
  const { hash, key_bits, id } = SUITES[suite];
  const secret = await crypto.subtle.importKey('raw', baseKey, 'HKDF', false, ['deriveKey', 'deriveBits']);
  const derivation = (label: string) => ({
    name: 'HKDF',
    hash,
    salt: new Uint8Array(),
    info: joined(utf8(label), bigEndian(kid, 8), bigEndian(id, 2)),
  });
  const key = await crypto.subtle.deriveKey(derivation('SFrame 1.0 Secret key '), secret, { name: 'AES-GCM', length: key_bits }, false, [use]);
  const salt = await crypto.subtle.deriveBits(derivation('SFrame 1.0 Secret salt '), secret, NONCE_LENGTH * 8);
  return { kid, key, salt: new Uint8Array(salt) };
}

/** Header, ciphertext, tag. The same counter must never be used twice with one key. */
export async function seal({ kid, key, salt }: SFrameKey, counter: number, metadata: Uint8Array, plaintext: Bytes): Promise<Bytes> {
  const header = encodeHeader({ kid, counter });
  const parameters = { name: 'AES-GCM', iv: nonce(salt, counter), additionalData: joined(header, metadata), tagLength: TAG_LENGTH * 8 };
  return joined(header, new Uint8Array(await crypto.subtle.encrypt(parameters, key, plaintext)));
}

/** Null when the bytes were not sealed with this key and this metadata, or were touched since. */
export async function open({ kid, key, salt }: SFrameKey, metadata: Uint8Array, sealed: Bytes): Promise<Bytes | null> {
  const found = decodeHeader(sealed);
  if (found === null || found.header.kid !== kid || sealed.length < found.length + TAG_LENGTH) return null;
  // The header as it came, not as we would write it: it is what the sender vouched for.
  const additionalData = joined(sealed.subarray(0, found.length), metadata);
  const parameters = { name: 'AES-GCM', iv: nonce(salt, found.header.counter), additionalData, tagLength: TAG_LENGTH * 8 };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed.subarray(found.length)));
  } catch {
    return null;
  }
}

function nonce(salt: Bytes, counter: number): Bytes {
  const place = bigEndian(counter, NONCE_LENGTH);
  return salt.map((byte, at) => byte ^ (place[at] ?? 0));
}
