import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toBase64url } from '../../base64url';
import type { ToGuard } from './frame-guard';
import { kidOf } from './key-ids';
import { makeOwnKeys } from './key-exchange';
import { KeyRing, SEND_AGAIN_MS, WORDS_AFTER_MS, type ForRing, type Standing } from './key-ring';
import type { Member, Roster, SignedRoster } from './roster';
import { houseKey, rosterBytes } from './roster-signature';
import type { FromCipher } from './transform';
import { BEGIN_BY_MS } from './epochs';

const ROOM = 'session-7';
type Message = Record<string, unknown> & { type: string; to: number };

/** One device: its ring, what its worker was told, and how it stands. */
type Device = { member: Member; ring: KeyRing; taken: ToGuard[]; standing: Standing | null; sent: Message[] };

/** A house that signs who is there and passes letters on, but those that `loses` names. */
class House {
  readonly devices: Device[] = [];
  loses: (message: Message, from: Member) => boolean = () => false;
  #epoch = 0;
  #pair: CryptoKeyPair | null = null;
  #key: CryptoKey | null = null;

  async open(): Promise<void> {
    this.#pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    this.#key = await houseKey(toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', this.#pair.publicKey))));
  }

  async letsIn(person: string): Promise<Device> {
    if (this.#key === null) throw new Error('the house is not open');
    const own = await makeOwnKeys();
    const member = { number: this.devices.length + 1, person, device: `${person}-phone`, public_key: own.public_key };
    const device: Omit<Device, 'ring'> & { ring?: KeyRing } = { member, taken: [], standing: null, sent: [] };
    const send = (message: object) => this.#post(device as Device, message as Message);
    device.ring = new KeyRing({ room: ROOM, own, house: this.#key, cipher: { take: (message) => device.taken.push(message) }, send, onStanding: (standing) => (device.standing = standing) });
    this.devices.push(device as Device);
    return device as Device;
  }

  async signed(members: readonly Member[], room = ROOM): Promise<SignedRoster & { type: 'devices' }> {
    const roster: Roster = { room, epoch: ++this.#epoch, issued_at: 1, members };
    const key = this.#pair?.privateKey;
    if (key === undefined) throw new Error('the house is not open');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, rosterBytes(roster));
    return { type: 'devices', ...roster, signature: toBase64url(new Uint8Array(signature)) };
  }

  /** Tells these devices that these are there. */
  async lists(...present: Device[]): Promise<void> {
    const message = await this.signed(present.map(({ member }) => member));
    for (const { ring } of present) ring.hear(message);
  }

  #post(from: Device, message: Message): void {
    from.sent.push(message);
    if (this.loses(message, from.member)) return;
    this.devices.find(({ member }) => member.number === message.to)?.ring.hear({ ...message, from: from.member.number } as unknown as ForRing);
  }
}

let house: House;
/** Cryptography takes real time; the clock of the rings stands still meanwhile. */
async function until(holds: () => boolean): Promise<void> {
  const ends = Date.now() + 5000;
  while (!holds() && Date.now() < ends) await new Promise((resolve) => setImmediate(resolve));
  expect(holds()).toBe(true);
}
const kid = ({ member }: Device, epoch: number) => kidOf({ number: member.number, epoch });
const sendsUnder = ({ taken }: Device) => taken.flatMap((message) => (message.kind === 'send_under' ? [message.key.kid] : []));
const opens = ({ taken }: Device) => taken.flatMap((message) => (message.kind === 'receive' ? [message.key.kid] : []));
const forgets = ({ taken }: Device) => taken.flatMap((message) => (message.kind === 'forget' ? [message.kid] : []));
const seats = ({ taken }: Device, slot: string) => taken.flatMap((message) => (message.kind === 'seat' && message.slot === slot ? [message.numbers] : [])).at(-1);
const isSafe = (device: Device) => device.standing?.kind === 'encrypted';
const says = (device: Device, report: FromCipher) => device.ring.report(report);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  house = new House();
  await house.open();
});
afterEach(() => {
  house.devices.forEach(({ ring }) => ring.stop());
  vi.useRealTimers();
});

/** Lee and Sam are there, and each has the other's key. */
async function two(): Promise<[Device, Device]> {
  const [lee, sam] = [await house.letsIn('lee'), await house.letsIn('sam')];
  await house.lists(lee, sam);
  await until(() => isSafe(lee) && isSafe(sam));
  return [lee, sam];
}

describe('keys', () => {
  it('go to everyone who is there, and are sent under when all have them', async () => {
    const [lee, sam] = await two();
    expect([sendsUnder(lee), opens(sam)]).toEqual([[kid(lee, 1)], [kid(lee, 1)]]);
    expect([sendsUnder(sam), opens(lee)]).toEqual([[kid(sam, 1)], [kid(sam, 1)]]);
    expect(lee.sent.filter(({ type }) => type === 'key').every(({ key }) => String(key).length === 90)).toBe(true);
  });

  it('are new for everyone when somebody comes, and who came has no earlier one', async () => {
    const [lee, sam] = await two();
    const ana = await house.letsIn('ana');
    await house.lists(lee, sam, ana);
    await until(() => [lee, sam, ana].every(isSafe));
    expect(sendsUnder(lee)).toEqual([kid(lee, 1), kid(lee, 2)]);
    expect(new Set(opens(ana))).toEqual(new Set([kid(lee, 2), kid(sam, 2)]));
  });

  it('are new when somebody leaves, and who left is sent none', async () => {
    const [lee, sam] = await two();
    const ana = await house.letsIn('ana');
    await house.lists(lee, sam, ana);
    await until(() => [lee, sam, ana].every(isSafe));
    await house.lists(lee, sam);
    await until(() => sendsUnder(lee).includes(kid(lee, 3)) && sendsUnder(sam).includes(kid(sam, 3)));
    expect(opens(ana)).not.toContain(kid(lee, 3));
    expect(forgets(lee)).toContain(kid(ana, 1));
  });

  it('are sent under within 1.5 s though one device never says that it has them', async () => {
    const [lee, sam] = [await house.letsIn('lee'), await house.letsIn('sam')];
    house.loses = ({ type }) => type === 'key_had';
    await house.lists(lee, sam);
    await until(() => opens(lee).length === 1 && opens(sam).length === 1);
    expect(sendsUnder(lee)).toEqual([]);
    vi.advanceTimersByTime(BEGIN_BY_MS);
    await until(() => sendsUnder(lee).length === 1);
  });

  it('are sent again until they are acknowledged, and then no more', async () => {
    const [lee, sam] = [await house.letsIn('lee'), await house.letsIn('sam')];
    house.loses = ({ type }, { person }) => type === 'key' && person === 'lee';
    await house.lists(lee, sam);
    await until(() => opens(lee).length === 1);
    expect(sam.standing).toEqual({ kind: 'waiting', missing: ['lee'] });
    house.loses = () => false;
    vi.advanceTimersByTime(SEND_AGAIN_MS);
    await until(() => isSafe(sam));
    await until(() => lee.sent.filter(({ type }) => type === 'key').length === 2);
    vi.advanceTimersByTime(3 * SEND_AGAIN_MS);
    expect(lee.sent.filter(({ type }) => type === 'key').length).toBe(2);
  });

  it('are acknowledged again when they come again', async () => {
    const [lee, sam] = [await house.letsIn('lee'), await house.letsIn('sam')];
    house.loses = ({ type }, { person }) => type === 'key_had' && person === 'sam';
    await house.lists(lee, sam);
    await until(() => opens(sam).length === 1);
    house.loses = () => false;
    vi.advanceTimersByTime(SEND_AGAIN_MS);
    await until(() => sendsUnder(lee).length === 1);
  });

  it('that come before the list which names their sender are taken with it', async () => {
    const [lee, sam] = [await house.letsIn('lee'), await house.letsIn('sam')];
    const message = await house.signed([lee.member, sam.member]);
    lee.ring.hear(message);
    await until(() => lee.sent.some(({ type }) => type === 'key'));
    sam.ring.hear(message);
    await until(() => isSafe(sam));
    expect(lee.sent.filter(({ type }) => type === 'key').length).toBe(1);
  });
});

describe('a letter', () => {
  it('from somebody who is on no list yet waits for the list that names them', async () => {
    const lee = await house.letsIn('lee');
    await house.lists(lee);
    await until(() => sendsUnder(lee).length === 1);
    const sam = await house.letsIn('sam');
    const message = await house.signed([lee.member, sam.member]);
    sam.ring.hear(message);
    await until(() => sam.sent.some(({ type }) => type === 'key'));
    lee.ring.hear(message);
    await until(() => isSafe(lee));
    expect(sam.sent.filter(({ type }) => type === 'key').length).toBe(1);
  });
});

describe('slots', () => {
  it('are open to the devices of the person shown in them, and to no others', async () => {
    const [lee, sam] = await two();
    lee.ring.seat([{ slot: '0', person: 'sam' }, { slot: '2', person: 'ana' }, { slot: '4', person: null }]);
    expect([seats(lee, '0'), seats(lee, '2'), seats(lee, '4')]).toEqual([[sam.member.number], [], []]);
    const ana = await house.letsIn('ana');
    await house.lists(lee, sam, ana);
    await until(() => [lee, sam, ana].every(isSafe));
    expect(seats(lee, '2')).toEqual([ana.member.number]);
  });
});

describe('how it stands', () => {
  it('is waiting while nobody else is there', async () => {
    const lee = await house.letsIn('lee');
    await house.lists(lee);
    await until(() => sendsUnder(lee).length === 1);
    expect(lee.standing).toEqual({ kind: 'waiting', missing: [] });
  });

  it('has the same six words on both, a second later', async () => {
    const [lee, sam] = await two();
    expect(lee.standing).toEqual({ kind: 'encrypted', words: null });
    vi.advanceTimersByTime(WORDS_AFTER_MS);
    const words = ({ standing }: Device) => (standing?.kind === 'encrypted' ? standing.words : null);
    await until(() => words(lee) !== null && words(sam) !== null);
    expect(words(lee)).toHaveLength(6);
    expect(words(lee)).toEqual(words(sam));
  });

  it('is stopped for a device that the house lists no more: it sends nothing, and forgets the keys of the others', async () => {
    const [lee, sam] = await two();
    sam.ring.hear(await house.signed([lee.member]));
    await until(() => sam.standing?.kind === 'stopped');
    expect(sam.standing).toEqual({ kind: 'stopped', why: 'off_roster' });
    expect(sam.taken.at(-1)).toEqual({ kind: 'forget', kid: kid(lee, 1) });
    expect(sam.taken.some(({ kind }) => kind === 'stop_sending')).toBe(true);
  });

  it('is stopped by a list that the house did not sign, and begins anew with one that it did', async () => {
    const [lee, sam] = await two();
    lee.ring.hear({ ...(await house.signed([lee.member])), members: [lee.member, sam.member] } as unknown as ForRing);
    await until(() => lee.standing?.kind === 'stopped');
    expect(lee.standing).toEqual({ kind: 'stopped', why: 'forged' });
    expect(lee.taken.at(-1)).toEqual({ kind: 'stop_sending' });
    await house.lists(lee, sam);
    await until(() => isSafe(lee) && sendsUnder(lee).includes(kid(lee, 2)));
  });

  it('is stopped by a letter that its sender did not seal', async () => {
    const [lee, sam] = await two();
    const ana = await house.letsIn('ana');
    house.loses = ({ type }, { person }) => type === 'key' && person === 'lee';
    await house.lists(lee, sam, ana);
    const toAna = () => lee.sent.find(({ type, to }) => type === 'key' && to === ana.member.number);
    await until(() => toAna() !== undefined);
    const letter = String(toAna()?.key);
    const last = letter.at(-2) === 'A' ? 'B' : 'A';
    ana.ring.hear({ type: 'key', from: lee.member.number, key: letter.slice(0, -2) + last + letter.at(-1) });
    await until(() => ana.standing?.kind === 'stopped');
    expect(ana.standing).toEqual({ kind: 'stopped', why: 'forged' });
    house.loses = () => false;
    vi.advanceTimersByTime(SEND_AGAIN_MS);
    await until(() => isSafe(ana));
  });

  it('is waiting for who sends under a key that has not come', async () => {
    const [lee, sam] = await two();
    says(sam, { kind: 'undecryptable', kid: kid(lee, 2), count: 1 });
    await until(() => !isSafe(sam));
    expect(sam.standing).toEqual({ kind: 'waiting', missing: ['lee'] });
  });

  it('is stopped when frames go on not to open under their own key, and not by the few of a change of slots', async () => {
    const [lee, sam] = await two();
    for (const times of [1, 2]) says(sam, { kind: 'undecryptable', kid: kid(lee, 1), count: times });
    says(sam, { kind: 'heard', kid: kid(lee, 1) });
    await until(() => isSafe(sam));
    says(sam, { kind: 'undecryptable', kid: kid(lee, 1), count: 50 });
    await until(() => sam.standing?.kind === 'stopped');
    vi.advanceTimersByTime(5000);
    await until(() => isSafe(sam));
  });

  it('is stopped for good when the worker has died', async () => {
    const [lee, sam] = await two();
    says(sam, { kind: 'failed' });
    await until(() => sam.standing?.kind === 'stopped');
    await house.lists(lee, sam);
    await until(() => isSafe(lee));
    expect(sam.standing).toEqual({ kind: 'stopped', why: 'failed' });
  });
});
