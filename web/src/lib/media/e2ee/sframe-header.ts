/**
 * The header of a protected frame: which key (KID) and which use of it (CTR). RFC 9605 §4.3.
 *
 *   bit   7   6 5 4   3   2 1 0
 *         X     K     Y     C       X = 0: K is the KID itself (0 to 7).  X = 1: the KID follows in K + 1 bytes.
 *                                   Y and C say the same of the CTR. KID comes before CTR, both big endian.
 */

import { bigEndian, fromBigEndian, joined, type Bytes } from './bytes';

export type SFrameHeader = { kid: number; counter: number };

/** One byte of description, and eight of each number at most. */
export const HEADER_LENGTH_MAX = 17;
/** The largest number that is written into the describing byte itself. */
const INLINE_MAX = 7;

/** Throws for numbers that are negative, broken or beyond 2^53 − 1: only a mistake of ours makes such a header. */
export function encodeHeader(header: SFrameHeader): Bytes {
  const kid = field(header.kid);
  const counter = field(header.counter);
  return joined(Uint8Array.of((kid.bits << 4) | counter.bits), kid.bytes, counter.bytes);
}

/** Null for bytes that end too early or hold a number beyond 2^53 − 1. */
export function decodeHeader(bytes: Uint8Array): { header: SFrameHeader; length: number } | null {
  const description = bytes[0];
  if (description === undefined) return null;
  const kid = readField(description >> 4, bytes.subarray(1));
  if (kid === null) return null;
  const counter = readField(description & 0x0f, bytes.subarray(1 + kid.length));
  if (counter === null) return null;
  return { header: { kid: kid.value, counter: counter.value }, length: 1 + kid.length + counter.length };
}

function field(value: number): { bits: number; bytes: Bytes } {
  if (value >= 0 && value <= INLINE_MAX) return { bits: value, bytes: bigEndian(value, 1).subarray(1) };
  let width = 1;
  while (width < 7 && value >= 256 ** width) width += 1;
  return { bits: 0x08 | (width - 1), bytes: bigEndian(value, width) };
}

function readField(bits: number, rest: Uint8Array): { value: number; length: number } | null {
  if ((bits & 0x08) === 0) return { value: bits, length: 0 };
  const length = (bits & 0x07) + 1;
  if (rest.length < length) return null;
  const value = fromBigEndian(rest.subarray(0, length));
  return value === null ? null : { value, length };
}
