import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '../../base64url';
import { utf8 } from './bytes';
import { hex, member } from './people-for-tests';
import { MEMBERS_MAX, parseRoster, type Roster, type SignedRoster } from './roster';
import { houseKey, rosterBytes, verifyRoster } from './roster-signature';

const [LEE, SAM] = [member('lee', 1), member('søm', 258)];
const ROSTER: Roster = { room: 'session-7', epoch: 3, issued_at: 1_795_000_000_000_001, members: [SAM, LEE] };
const EXPECTED = { room: 'session-7', after_epoch: 2 };

let house: CryptoKey;
let signing: CryptoKey;

async function makeHouse(): Promise<{ house: CryptoKey; signing: CryptoKey }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const published = toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  return { house: (await houseKey(published)) ?? pair.publicKey, signing: pair.privateKey };
}

async function signed(roster: Roster, by: CryptoKey = signing): Promise<SignedRoster> {
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, by, rosterBytes(roster));
  return { ...roster, signature: toBase64url(new Uint8Array(signature)) };
}

beforeAll(async () => {
  ({ house, signing } = await makeHouse());
});

describe('the bytes of a roster', () => {
  it('are these, to the last one: the house writes the same', () => {
    const id = (last: string) => `00000000-0000-0000-0000-000000000${last}`;
    const written = (last: string) => '00000024' + hex(utf8(id(last)));
    const roster = { ...ROSTER, room: id('007'), members: [{ ...SAM, person: id('102') }, { ...LEE, person: id('001') }] };
    const expected = [
      '00000012' + '486f6c64737061636520726f737465722031', // "Holdspace roster 1"
      written('007'), // room
      '0000000000000003', // epoch
      '0006608b015f3001', // issued_at
      '00000002', // members
      '0001' + written('001') + '00000009' + '6c65652d70686f6e65' + '00000041' + '04' + '01'.repeat(64),
      '0102' + written('102') + '0000000a' + '73c3b86d2d70686f6e65' + '00000041' + '04' + '02'.repeat(64),
    ];
    expect(hex(rosterBytes(roster))).toBe(expected.join(''));
  });

  it('do not depend on the order in which members come', () => {
    expect(hex(rosterBytes({ ...ROSTER, members: [LEE, SAM] }))).toBe(hex(rosterBytes(ROSTER)));
  });

  it('differ when a letter moves from one name to the next', () => {
    const bytes = (person: string, device: string) => hex(rosterBytes({ ...ROSTER, members: [{ ...LEE, person, device }] }));
    expect(bytes('le', 'ephone')).not.toBe(bytes('lee', 'phone'));
  });
});

describe('a roster', () => {
  it('is believed when the house signed it for this room and it is newer', async () => {
    expect(await verifyRoster(house, EXPECTED, await signed(ROSTER))).toEqual({ roster: ROSTER });
  });

  it('is forged when anything in it is other than what was signed', async () => {
    const message = await signed(ROSTER);
    const changes: Partial<SignedRoster>[] = [
      { epoch: 4 },
      { issued_at: ROSTER.issued_at + 1 },
      { members: [LEE] },
      { members: [LEE, SAM, member('noor', 5)] },
      { members: [LEE, { ...SAM, number: 9 }] },
      { members: [LEE, { ...SAM, person: 'sam' }] },
      { members: [LEE, { ...SAM, device: 'tablet' }] },
      { members: [LEE, { ...SAM, public_key: member('sam', 7).public_key }] },
      { signature: '' },
      { signature: 'AAAA' },
      { signature: `${message.signature.slice(0, -4)}AAAA` },
    ];
    for (const change of changes) expect(await verifyRoster(house, EXPECTED, { ...message, ...change })).toEqual({ refused: 'forged' });
  });

  it('is forged when another house signed it', async () => {
    const other = await makeHouse();
    expect(await verifyRoster(house, EXPECTED, await signed(ROSTER, other.signing))).toEqual({ refused: 'forged' });
  });

  it('is refused for another room, though the house signed it', async () => {
    expect(await verifyRoster(house, EXPECTED, await signed({ ...ROSTER, room: 'session-8' }))).toEqual({ refused: 'other_room' });
  });

  it('is refused when it is as old as the one already believed, or older', async () => {
    const message = await signed(ROSTER);
    expect(await verifyRoster(house, { ...EXPECTED, after_epoch: 3 }, message)).toEqual({ refused: 'old' });
    expect(await verifyRoster(house, { ...EXPECTED, after_epoch: 4 }, message)).toEqual({ refused: 'old' });
  });

  it('is refused when one number or one key stands for two, though the house signed it', async () => {
    for (const members of [[LEE, { ...SAM, number: LEE.number }], [LEE, { ...SAM, public_key: LEE.public_key }]]) {
      expect(await verifyRoster(house, EXPECTED, await signed({ ...ROSTER, members }))).toEqual({ refused: 'malformed' });
    }
  });

  it('may name one device twice while it changes lines', () => {
    const both = [LEE, { ...SAM, device: LEE.device }];
    expect(parseRoster({ ...ROSTER, members: both, signature: '' })?.members).toEqual(both);
  });

  it('is malformed when anything in it is missing, of another type or too large', () => {
    const message = { ...ROSTER, members: [LEE], signature: '' };
    const many = Array.from({ length: MEMBERS_MAX + 1 }, (_, before) => member('noor', before + 1));
    const wrong: unknown[] = [
      null,
      'roster',
      [],
      { ...message, room: '' },
      { ...message, room: 'x'.repeat(65) },
      { ...message, room: '\ud800' },
      { ...message, epoch: -1 },
      { ...message, epoch: '3' },
      { ...message, issued_at: 1.5 },
      { ...message, signature: undefined },
      { ...message, members: {} },
      { ...message, members: [null] },
      { ...message, members: [{ ...LEE, number: 0 }] },
      { ...message, members: [{ ...LEE, number: '1' }] },
      { ...message, members: [{ ...LEE, person: 7 }] },
      { ...message, members: [{ ...LEE, device: undefined }] },
      { ...message, members: [{ ...LEE, public_key: LEE.public_key.slice(2) }] },
      { ...message, members: [{ ...LEE, public_key: `A${LEE.public_key.slice(1)}` }] },
      { ...message, members: many },
    ];
    expect(parseRoster(message)).toEqual(message);
    for (const one of wrong) expect(parseRoster(one)).toBeNull();
  });

  it('is malformed, not an exception, when nonsense comes over the socket', async () => {
    for (const message of [undefined, 7, {}, { members: 7 }]) expect(await verifyRoster(house, EXPECTED, message)).toEqual({ refused: 'malformed' });
  });
});

describe('the public key of the house', () => {
  it('is no key when it is no point of the curve', async () => {
    expect(await houseKey('')).toBeNull();
    expect(await houseKey(LEE.public_key)).toBeNull();
  });
});
