import { beforeAll, describe, expect, it } from 'vitest';
import { utf8, type Bytes } from './bytes';
import { claim, protect, reveal, type Kind } from './frame';
import { baseKeyOf, fromHex, hex } from './people-for-tests';
import { deriveKey, type SFrameKey } from './sframe-cipher';

/** A VP8 key frame of 640 × 480: frame tag, start code, sizes, then the partitions. */
const KEY_FRAME = fromHex(`9042009d012a8002e001${'39630024'.repeat(20)}`);
/** P bit set. */
const DELTA_FRAME = fromHex(`b10200${'8c5f11aa'.repeat(9)}`);
const SOUND = fromHex(`78${'0badcafe'.repeat(15)}`);
const KID = 0x2_0001;

let sealing: SFrameKey;
let opening: SFrameKey;

beforeAll(async () => {
  sealing = await deriveKey('AES_256_GCM_SHA512_128', KID, baseKeyOf('Lee'), 'encrypt');
  opening = await deriveKey('AES_256_GCM_SHA512_128', KID, baseKeyOf('Lee'), 'decrypt');
});

describe('a protected frame', () => {
  it.each([
    ['a key frame', 'video', KEY_FRAME, 10],
    ['another picture', 'video', DELTA_FRAME, 3],
    ['sound', 'audio', SOUND, 1],
  ] as const)('of %s shows its first bytes, and of the rest nothing', async (_, kind: Kind, frame: Bytes, clear: number) => {
    const sealed = await protect(sealing, 300, kind, frame);
    expect(hex(sealed.subarray(0, clear))).toBe(hex(frame.subarray(0, clear)));
    expect(hex(sealed)).not.toContain(hex(frame.subarray(clear, clear + 4)));
    // Header: one byte, three of the KID, two of the counter. After the frame: one byte of count, sixteen of tag.
    expect(sealed.length).toBe(frame.length + 6 + 1 + 16);
    expect(hex((await reveal(opening, kind, sealed)) ?? fromHex('00'))).toBe(hex(frame));
    expect(claim(kind, sealed)).toEqual({ kid: KID, counter: 300 });
  });

  it('gives back frames of every length from nothing on, though they are shorter than the clear part', async () => {
    for (const [kind, whole] of [['video', KEY_FRAME], ['video', DELTA_FRAME], ['audio', SOUND]] as const) {
      for (let length = 0; length <= 14; length += 1) {
        const frame = whole.slice(0, length);
        const revealed = await reveal(opening, kind, await protect(sealing, length, kind, frame));
        expect(revealed === null ? 'refused' : hex(revealed)).toBe(hex(frame));
      }
    }
  });

  it('is refused when any one byte of it was touched, the clear ones too', async () => {
    for (const [kind, frame] of [['video', KEY_FRAME], ['video', DELTA_FRAME], ['audio', SOUND]] as const) {
      const sealed = await protect(sealing, 7, kind, frame);
      for (let at = 0; at < sealed.length; at += 1) {
        const touched = sealed.slice();
        touched[at] = (touched[at] ?? 0) ^ 0x10;
        expect(await reveal(opening, kind, touched)).toBeNull();
      }
    }
  });

  it('is refused when its end or everything is missing', async () => {
    const sealed = await protect(sealing, 7, 'video', DELTA_FRAME);
    for (let end = 0; end < sealed.length; end += 1) expect(await reveal(opening, 'video', sealed.slice(0, end))).toBeNull();
    expect(claim('video', new Uint8Array())).toBeNull();
    expect(claim('audio', fromHex('78'))).toBeNull();
  });

  it('is refused when it is taken for a frame of the other kind', async () => {
    expect(await reveal(opening, 'audio', await protect(sealing, 7, 'video', DELTA_FRAME))).toBeNull();
    expect(await reveal(opening, 'video', await protect(sealing, 7, 'audio', SOUND))).toBeNull();
  });

  it('is refused when it is no protected frame but a plain one', async () => {
    expect(await reveal(opening, 'video', KEY_FRAME)).toBeNull();
    expect(await reveal(opening, 'audio', utf8('hello'))).toBeNull();
  });
});
