import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Encryption } from './e2ee/agreement';
import { makeOwnKeys } from './e2ee/key-exchange';
import { FakeConnection, FakeSocket, FakeStream, FakeTrack, fakeBrowser, last, realBrowser } from './fakes-for-tests';
import { RoomConnection } from './room';
import type { RosterEntry } from './types';

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: unknown = null;
  onerror: (() => void) | null = null;
  posted: { kind: string; slot?: string; on?: boolean }[] = [];
  isOver = false;
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage = (message: { kind: string }) => this.posted.push(message);
  terminate = () => (this.isOver = true);
}

class FakeTransform {
  constructor(readonly worker: unknown, readonly duty: { side: string; media: string; slot?: string }) {}
}

beforeEach(() => {
  fakeBrowser();
  sessionStorage.clear();
  FakeWorker.all = [];
});
afterEach(realBrowser);

/** A browser that can encrypt. */
function able(): void {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('RTCRtpScriptTransform', FakeTransform);
}

const entry = (person: string, encrypts: boolean, agrees_open: boolean): RosterEntry => ({ person, role: 'patient', place: 'present', since_at: 0, camera: true, microphone: true, picture: null, sound: null, quality: null, encrypts, agrees_open });
const said = (type: string) => last(FakeSocket.all).said.filter((message) => message.type === type);
const hears = (message: object) => last(FakeSocket.all).hears(message);
const transceivers = () => last(FakeConnection.all).transceivers;
const own = () => transceivers().filter(({ direction }) => direction === 'sendonly').map(({ sender }) => sender.track?.kind ?? null);
const others = () => new Set(transceivers().filter(({ direction }) => direction === 'recvonly').map(({ receiver }) => receiver.track.enabled));

/** Sam's page, in the room; `rosterKey` is the house's. */
async function joined(rosterKey: () => Promise<string>) {
  const told: Encryption[] = [];
  const stream = new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]) as unknown as MediaStream;
  const ticket = () => Promise.resolve('ticket');
  const room = new RoomConnection({ session: 's', stream, ticket, rosterKey, iceServers: () => Promise.resolve([]), onState: () => undefined, onRoster: () => undefined, onTiles: () => undefined, onEncryption: (encryption) => told.push(encryption) });
  void room.join();
  const sockets = FakeSocket.all.length;
  await vi.waitUntil(() => FakeSocket.all.length > sockets);
  last(FakeSocket.all).onopen?.();
  hears({ type: 'admitted', slots: 4 });
  return { room, told };
}
const housesKey = async () => (await makeOwnKeys()).public_key;

describe('a browser that can encrypt', () => {
  beforeEach(able);

  it('hangs its worker into every line before the offer, and lets nobody speak in any slot', async () => {
    let attached = 0;
    FakeConnection.onOffer = (connection) => (attached = connection.transceivers.filter(({ sender, receiver }) => 'transform' in sender || 'transform' in receiver).length);
    await joined(housesKey);
    expect(attached).toBe(10);
    const duties = transceivers().map(({ direction, sender, receiver }) => ((direction === 'sendonly' ? sender : receiver) as { transform?: FakeTransform }).transform?.duty);
    expect(duties.slice(0, 4)).toEqual([0, 0, 1, 1].map((slot, at) => ({ side: 'receive', media: at % 2 === 0 ? 'audio' : 'video', slot: String(slot) })));
    expect(duties.slice(8)).toEqual([{ side: 'send', media: 'audio' }, { side: 'send', media: 'video' }]);
    expect(new Set(last(FakeWorker.all).posted.map((message) => JSON.stringify(message)))).toEqual(new Set(['0', '1', '2', '3'].map((slot) => JSON.stringify({ kind: 'seat', slot, numbers: [] }))));
  });

  it('says its key with the hello', async () => {
    await joined(housesKey);
    expect(String(said('hello')[0]?.public_key)).toHaveLength(87);
  });

  it('says none to a house whose key is none, and takes nothing for encrypted', async () => {
    const { told } = await joined(() => Promise.resolve('nonsense'));
    expect(said('hello')).toEqual([{ type: 'hello', token: 'ticket' }]);
    hears({ type: 'roster', people: [entry('sam', false, false), entry('lee', true, false)] });
    expect(last(told)).toMatchObject({ kind: 'asked', who: ['sam'], agreed: false });
  });

  it('comes again when the key of the house could not be read, rather than go without', async () => {
    const rosterKey = vi.fn(housesKey).mockRejectedValueOnce(new TypeError('offline'));
    await joined(rosterKey);
    expect(rosterKey).toHaveBeenCalledTimes(2);
    expect(said('hello')[0]).toHaveProperty('public_key');
  });

  it('opens its worker once all have agreed, closes it again, and not with every roster', async () => {
    const { room, told } = await joined(housesKey);
    hears({ type: 'answer', sdp: '' });
    const opened = () => last(FakeWorker.all).posted.filter(({ kind }) => kind === 'open').map(({ on }) => on);
    hears({ type: 'roster', people: [entry('lee', false, true), entry('sam', true, true)] });
    expect([last(told).kind, opened()]).toEqual(['asked', []]);
    room.agreeToOpen();
    hears({ type: 'roster', people: [entry('lee', false, true), entry('sam', true, true)] });
    expect([last(told).kind, opened()]).toEqual(['open', [true]]);
    hears({ type: 'roster', people: [entry('lee', true, false), entry('sam', true, true)] });
    expect([last(told).kind, opened()]).toEqual(['waiting', [true, false]]);
  });

  it('ends its worker with the line, and says so when it died', async () => {
    const { room, told } = await joined(housesKey);
    last(FakeWorker.all).onerror?.();
    await vi.waitUntil(() => told.at(-1)?.kind === 'stopped');
    room.leave();
    expect(last(FakeWorker.all).isOver).toBe(true);
  });
});

describe('a browser that cannot encrypt', () => {
  it('sends nothing and shows nothing until all have agreed', async () => {
    const { room, told } = await joined(housesKey);
    hears({ type: 'answer', sdp: '' });
    expect(said('hello')).toEqual([{ type: 'hello', token: 'ticket' }]);
    hears({ type: 'roster', people: [entry('sam', false, false), entry('lee', true, true)] });
    expect([own(), others()]).toEqual([[null, null], new Set([false])]);
    room.agreeToOpen();
    expect(own()).toEqual([null, null]);
    hears({ type: 'roster', people: [entry('sam', false, true), entry('lee', true, true)] });
    expect([last(told).kind, own(), others()]).toEqual(['open', ['audio', 'video'], new Set([true])]);
  });
});

describe('the yes of a person', () => {
  it('is said after the answer, once, and taken back when somebody else cannot encrypt either', async () => {
    const { room } = await joined(housesKey);
    hears({ type: 'roster', people: [entry('sam', false, false)] });
    room.agreeToOpen();
    expect(said('agree_open')).toEqual([]);
    hears({ type: 'answer', sdp: '' });
    hears({ type: 'roster', people: [entry('sam', false, true)] });
    expect(said('agree_open')).toEqual([{ type: 'agree_open', on: true }]);
    hears({ type: 'roster', people: [entry('sam', false, true), entry('ana', false, false)] });
    expect(last(said('agree_open'))).toEqual({ type: 'agree_open', on: false });
  });

  it('is kept over a reload of the page', async () => {
    const { room } = await joined(housesKey);
    hears({ type: 'roster', people: [entry('sam', false, false)] });
    room.agreeToOpen();
    room.leave();
    await joined(housesKey);
    hears({ type: 'answer', sdp: '' });
    hears({ type: 'roster', people: [entry('sam', false, false)] });
    expect(said('agree_open')).toEqual([{ type: 'agree_open', on: true }]);
  });
});
