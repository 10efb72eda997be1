/**
 * One encoded frame and one protected frame.
 *
 *   clear bytes │ SFrame header │ ciphertext │ tag
 *
 * The clear bytes are what packetizers and the house must read: whether a picture is a key frame, and how large it is
 * (VP8: 10 bytes of a key frame, 3 of another, RFC 6386 §9.1), and one byte of sound (Opus: its table of contents).
 * They are authenticated as SFrame metadata. How many there are follows from the kind and the first byte, at both ends.
 * A frame that is shorter is filled up with zeros; the last byte of the plaintext says how many clear bytes are real.
 */

import { joined, type Bytes } from './bytes';
import { open, seal, type SFrameKey } from './sframe-cipher';
import { decodeHeader, type SFrameHeader } from './sframe-header';

export type Kind = 'audio' | 'video';

const AUDIO_CLEAR = 1;
const KEY_FRAME_CLEAR = 10;
const DELTA_FRAME_CLEAR = 3;
/** VP8's P bit: zero says that the frame is a key frame. */
const IS_DELTA_FRAME = 0x01;

export async function protect(key: SFrameKey, counter: number, kind: Kind, frame: Uint8Array): Promise<Bytes> {
  const clear = new Uint8Array(clearLength(kind, frame[0] ?? 0));
  const real = Math.min(clear.length, frame.length);
  clear.set(frame.subarray(0, real));
  return joined(clear, await seal(key, counter, clear, joined(frame.subarray(real), Uint8Array.of(real))));
}

/** Under which key and counter a protected frame claims to be; null when it is not one. */
export function claim(kind: Kind, protectedFrame: Uint8Array): SFrameHeader | null {
  const first = protectedFrame[0];
  if (first === undefined) return null;
  return decodeHeader(protectedFrame.subarray(clearLength(kind, first)))?.header ?? null;
}

/** The frame as it was encoded, or null when any bit of it is not the sender's. */
export async function reveal(key: SFrameKey, kind: Kind, protectedFrame: Bytes): Promise<Bytes | null> {
  const length = clearLength(kind, protectedFrame[0] ?? 0);
  const clear = protectedFrame.subarray(0, length);
  const plaintext = await open(key, clear, protectedFrame.subarray(length));
  const real = plaintext?.at(-1);
  // More than there is cannot come from our own sender, whoever else holds the key.
  if (plaintext === null || real === undefined || real > length) return null;
  return joined(clear.subarray(0, real), plaintext.subarray(0, -1));
}

/** Whether a picture can be drawn from this frame alone. */
export const isKeyFrame = (frame: Uint8Array): boolean => ((frame[0] ?? IS_DELTA_FRAME) & IS_DELTA_FRAME) === 0;

function clearLength(kind: Kind, first: number): number {
  if (kind === 'audio') return AUDIO_CLEAR;
  return isKeyFrame(Uint8Array.of(first)) ? KEY_FRAME_CLEAR : DELTA_FRAME_CLEAR;
}
