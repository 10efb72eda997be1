import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from '../../base64url';
import { BASE_KEY_LENGTH, makeBaseKey, unwrapKey, wrapKey, type Receiver } from './key-exchange';
import { EPOCH_MAX, kidOf, NUMBER_MAX, ownerOf } from './key-ids';
import { baseKeyOf, comesIn, hex, member, type Person } from './people-for-tests';

const ROOM = 'session-7';
let lee: Person;
let sam: Person;
let ana: Person;

beforeAll(async () => {
  [lee, sam, ana] = await Promise.all([comesIn('lee', 1), comesIn('sam', 2), comesIn('ana', 3)]);
});

const everyone = () => [lee.member, sam.member, ana.member];
const receiver = (who: Person, changed: Partial<Receiver> = {}): Receiver => ({ room: ROOM, me: who.member, members: everyone(), epochs: new Map(), ...changed });
const fromLeeToSam = (epoch = 5) => wrapKey(lee.own, { room: ROOM, from: lee.member, to: sam.member, epoch }, baseKeyOf('Lee'));

describe('a base key that is sent to another device', () => {
  it('arrives whole, and says whose it is and of which epoch', async () => {
    expect(await unwrapKey(sam.own, receiver(sam), await fromLeeToSam())).toEqual({ from: lee.member, epoch: 5, baseKey: baseKeyOf('Lee') });
  });

  it('travels as 90 letters that differ every time', async () => {
    const [one, other] = [await fromLeeToSam(), await fromLeeToSam()];
    expect(one).toMatch(/^[A-Za-z0-9_-]{90}$/);
    expect(one.slice(12)).not.toBe(other.slice(12));
  });

  it('is refused by a device that it is not addressed to', async () => {
    expect(await unwrapKey(ana.own, receiver(ana), await fromLeeToSam())).toEqual({ refused: 'not_for_me' });
  });

  it('cannot be opened by another device, even under the right number', async () => {
    expect(await unwrapKey(ana.own, receiver(ana, { me: sam.member }), await fromLeeToSam())).toEqual({ refused: 'forged' });
  });

  it('is refused from somebody who is not on the roster, and from oneself', async () => {
    const letter = await fromLeeToSam();
    expect(await unwrapKey(sam.own, receiver(sam, { members: [sam.member, ana.member] }), letter)).toEqual({ refused: 'unknown_sender' });
    const toMyself = await wrapKey(sam.own, { room: ROOM, from: sam.member, to: sam.member, epoch: 5 }, makeBaseKey());
    expect(await unwrapKey(sam.own, receiver(sam), toMyself)).toEqual({ refused: 'unknown_sender' });
  });

  it('is refused when somebody else on the roster wrote it in that name', async () => {
    const letter = await wrapKey(ana.own, { room: ROOM, from: lee.member, to: sam.member, epoch: 5 }, makeBaseKey());
    expect(await unwrapKey(sam.own, receiver(sam), letter)).toEqual({ refused: 'forged' });
  });

  it('is refused when the house sends it back to who wrote it', async () => {
    const letter = fromBase64url(await fromLeeToSam());
    letter?.copyWithin(1, 3, 5);
    letter?.set([0, 1], 3);
    const turned = toBase64url(letter ?? new Uint8Array());
    expect(await unwrapKey(lee.own, receiver(lee), turned)).toEqual({ refused: 'forged' });
  });

  it('is refused in another room, under another device name and for another key of its sender', async () => {
    const letter = await fromLeeToSam();
    const members = (from: Partial<typeof lee.member>) => [{ ...lee.member, ...from }, sam.member];
    expect(await unwrapKey(sam.own, receiver(sam, { room: 'session-8' }), letter)).toEqual({ refused: 'forged' });
    expect(await unwrapKey(sam.own, receiver(sam, { members: members({ device: 'tablet' }) }), letter)).toEqual({ refused: 'forged' });
    expect(await unwrapKey(sam.own, receiver(sam, { members: members({ public_key: ana.own.public_key }) }), letter)).toEqual({ refused: 'forged' });
    expect(await unwrapKey(sam.own, receiver(sam, { members: members({ public_key: member('lee', 1).public_key }) }), letter)).toEqual({ refused: 'forged' });
  });

  it('is refused when it is older than what its sender has sent, and changes nothing when it comes again', async () => {
    const letter = await fromLeeToSam(5);
    expect(await unwrapKey(sam.own, receiver(sam, { epochs: new Map([[1, 6]]) }), letter)).toEqual({ refused: 'old_epoch' });
    expect(await unwrapKey(sam.own, receiver(sam, { epochs: new Map([[1, 5]]) }), letter)).toEqual({ refused: 'known_epoch' });
    expect(await unwrapKey(sam.own, receiver(sam, { epochs: new Map([[1, 4], [3, 9]]) }), letter)).toHaveProperty('epoch', 5);
  });

  it('is refused when any one byte of it was touched', async () => {
    const letter = fromBase64url(await fromLeeToSam()) ?? new Uint8Array();
    for (let at = 0; at < letter.length; at += 1) {
      const touched = letter.slice();
      touched[at] = (touched[at] ?? 0) ^ 1;
      expect(await unwrapKey(sam.own, receiver(sam), toBase64url(touched))).toHaveProperty('refused');
    }
  });

  it('is refused when it is malformed', async () => {
    const letter = await fromLeeToSam();
    for (const wrong of ['', 'x', letter.slice(1), `${letter}A`, `${letter}=`, letter.replace(/^./, 'B'), 'A'.repeat(100_000)]) {
      expect(await unwrapKey(sam.own, receiver(sam), wrong)).toEqual({ refused: 'malformed' });
    }
  });
});

describe('the keys of a device', () => {
  it('cannot be taken out, nor used for anything but deriving', async () => {
    expect(lee.own.privateKey.extractable).toBe(false);
    expect(lee.own.privateKey.usages).toEqual(['deriveBits']);
    await expect(crypto.subtle.exportKey('pkcs8', lee.own.privateKey)).rejects.toThrow();
  });

  it('are new with every coming-in, and base keys with every epoch', async () => {
    expect((await comesIn('lee', 1)).own.public_key).not.toBe(lee.own.public_key);
    expect(makeBaseKey()).toHaveLength(BASE_KEY_LENGTH);
    expect(hex(makeBaseKey())).not.toBe(hex(makeBaseKey()));
  });
});

describe('a key id', () => {
  it('names the sender and the epoch', () => {
    expect(kidOf({ number: 3, epoch: 7 })).toBe(3 * 65_536 + 7);
    for (const number of [1, 2, 255, 256, NUMBER_MAX]) {
      for (const epoch of [1, 255, 256, EPOCH_MAX]) expect(ownerOf(kidOf({ number, epoch }))).toEqual({ number, epoch });
    }
    expect(kidOf({ number: NUMBER_MAX, epoch: EPOCH_MAX })).toBe(2 ** 32 - 1);
  });

  it('does not exist outside its bounds', () => {
    for (const wrong of [0, -1, 65_536, 1.5, NaN]) {
      expect(() => kidOf({ number: wrong, epoch: 1 })).toThrow(RangeError);
      expect(() => kidOf({ number: 1, epoch: wrong })).toThrow(RangeError);
    }
    for (const wrong of [0, 1, 65_535, 65_536, 131_072, 2 ** 32, 2 ** 53, -65_535, 65_537.5, NaN]) expect(ownerOf(wrong)).toBeNull();
  });
});
