import { describe, expect, it } from 'vitest';
import { fromBigEndian } from './bytes';
import { fromHex as bytes, hex } from './people-for-tests';
import { decodeHeader, encodeHeader, HEADER_LENGTH_MAX } from './sframe-header';
import { deriveKey, open, seal } from './sframe-cipher';
import { HEADERS, NUMBERS, SEALED } from './sframe-vectors';

const isSafe = (number: bigint): boolean => number <= BigInt(Number.MAX_SAFE_INTEGER);

const TABLE = HEADERS.trim()
  .split('\n')
  .flatMap((line, row) => line.split(' ').map((header, column) => ({ kid: NUMBERS[row] ?? -1n, counter: NUMBERS[column] ?? -1n, header })));
const READABLE = TABLE.filter(({ kid, counter }) => isSafe(kid) && isSafe(counter));

describe('the SFrame header', () => {
  it('has the table of RFC 9605 whole: 17 key ids by 17 counters', () => {
    expect(TABLE).toHaveLength(289);
    expect(READABLE).toHaveLength(14 * 14);
  });

  it('is written as in every row of RFC 9605 that a number can hold', () => {
    for (const { kid, counter, header } of READABLE) expect(hex(encodeHeader({ kid: Number(kid), counter: Number(counter) }))).toBe(header);
  });

  it('is read as in every row of RFC 9605 that a number can hold', () => {
    for (const { kid, counter, header } of READABLE) {
      const read = { header: { kid: Number(kid), counter: Number(counter) }, length: header.length / 2 };
      expect(decodeHeader(bytes(`${header}aabbcc`))).toEqual(read);
    }
  });

  it('is refused in every row of RFC 9605 that a number would round', () => {
    for (const { kid, counter, header } of TABLE) if (!isSafe(kid) || !isSafe(counter)) expect(decodeHeader(bytes(header))).toBeNull();
  });

  it('is refused when it ends early, wherever that is', () => {
    for (const { header } of READABLE) {
      for (let end = 0; end < header.length; end += 2) expect(decodeHeader(bytes(header.slice(0, end)))).toBeNull();
    }
  });

  it('holds the largest exact number and no larger, no negative and no broken one', () => {
    const largest = { kid: Number.MAX_SAFE_INTEGER, counter: Number.MAX_SAFE_INTEGER };
    expect(decodeHeader(encodeHeader(largest))?.header).toEqual(largest);
    expect(encodeHeader(largest).length).toBeLessThanOrEqual(HEADER_LENGTH_MAX);
    for (const wrong of [2 ** 53, -1, 1.5, NaN, Infinity]) {
      expect(() => encodeHeader({ kid: wrong, counter: 0 })).toThrow(RangeError);
      expect(() => encodeHeader({ kid: 0, counter: wrong })).toThrow(RangeError);
    }
  });
});

describe.each(SEALED)('the SFrame cipher $suite', (row) => {
  const { suite, kid, counter } = row;
  const [baseKey, metadata, plaintext, sealed] = [bytes(row.base_key), bytes(row.metadata), bytes(row.plaintext), bytes(row.sealed)];

  it('starts from the secret of RFC 9605', async () => {
    // WebCrypto keeps that secret inside; HKDF's first step is this HMAC, and here is what it must have been.
    const empty = await crypto.subtle.importKey('raw', new Uint8Array(row.sframe_secret.length / 2), { name: 'HMAC', hash: row.hash }, false, ['sign']);
    expect(hex(new Uint8Array(await crypto.subtle.sign('HMAC', empty, baseKey)))).toBe(row.sframe_secret);
  });

  it('derives the salt and the key of RFC 9605', async () => {
    const key = await deriveKey(suite, kid, baseKey, 'encrypt');
    expect(hex(key.salt)).toBe(row.sframe_salt);
    const known = await crypto.subtle.importKey('raw', bytes(row.sframe_key), 'AES-GCM', false, ['decrypt']);
    const body = (await seal(key, counter, metadata, plaintext)).subarray(5);
    const parameters = { name: 'AES-GCM', iv: bytes(row.nonce), additionalData: bytes(row.aad) };
    expect(hex(new Uint8Array(await crypto.subtle.decrypt(parameters, known, body)))).toBe(row.plaintext);
  });

  it('seals to the bytes of RFC 9605', async () => {
    const key = await deriveKey(suite, kid, baseKey, 'encrypt');
    expect(hex(await seal(key, counter, metadata, plaintext))).toBe(row.sealed);
  });

  it('opens the bytes of RFC 9605', async () => {
    const key = await deriveKey(suite, kid, baseKey, 'decrypt');
    expect(hex((await open(key, metadata, sealed)) ?? new Uint8Array())).toBe(row.plaintext);
  });

  it('opens nothing of which one bit was touched', async () => {
    const key = await deriveKey(suite, kid, baseKey, 'decrypt');
    for (let at = 0; at < sealed.length; at += 1) {
      const touched = sealed.slice();
      touched[at] = (touched[at] ?? 0) ^ 1;
      expect(await open(key, metadata, touched)).toBeNull();
    }
    expect(await open(key, metadata.subarray(1), sealed)).toBeNull();
    for (let end = 0; end < sealed.length; end += 1) expect(await open(key, metadata, sealed.slice(0, end))).toBeNull();
  });

  it('opens nothing with another base key or for another key id', async () => {
    expect(await open(await deriveKey(suite, kid, bytes('ff'.repeat(16)), 'decrypt'), metadata, sealed)).toBeNull();
    expect(await open(await deriveKey(suite, kid + 1, baseKey, 'decrypt'), metadata, sealed)).toBeNull();
  });

  it('gives keys that nobody can take out, for one use only', async () => {
    const key = await deriveKey(suite, kid, baseKey, 'encrypt');
    expect(key.key.extractable).toBe(false);
    expect(key.key.usages).toEqual(['encrypt']);
    await expect(crypto.subtle.exportKey('raw', key.key)).rejects.toThrow();
  });

  it('tells counters apart far beyond 32 bits', async () => {
    const [sealing, opening] = [await deriveKey(suite, kid, baseKey, 'encrypt'), await deriveKey(suite, kid, baseKey, 'decrypt')];
    const [low, high] = [await seal(sealing, 7, metadata, plaintext), await seal(sealing, 2 ** 32 + 7, metadata, plaintext)];
    expect(hex(high.subarray(-20))).not.toBe(hex(low.subarray(-20)));
    expect(hex((await open(opening, metadata, high)) ?? new Uint8Array())).toBe(row.plaintext);
  });
});

describe('numbers on the wire', () => {
  it('are never rounded', () => {
    expect(fromBigEndian(bytes('1fffffffffffff'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(fromBigEndian(bytes('20000000000000'))).toBeNull();
  });
});
