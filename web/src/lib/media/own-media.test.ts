import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeConnection, FakeSocket, FakeStream, FakeTrack, fakeBrowser, last, realBrowser } from './fakes-for-tests';
import { OwnMedia, type Sends } from './own-media';
import { RoomConnection } from './room';

beforeEach(fakeBrowser);
afterEach(realBrowser);

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const streamOf = (...tracks: FakeTrack[]) => new FakeStream(tracks) as unknown as MediaStream;

/** A microphone whose loudest sample a test sets. */
function listening() {
  const told: Sends[] = [];
  const ear = { peak: 0.2 as number | null, closed: 0 };
  const own = new OwnMedia({ onSends: (sends) => told.push(sends), earOf: () => ({ peak: () => ear.peak, close: () => (ear.closed += 1) }) });
  const microphone = new FakeTrack('audio');
  const stream = streamOf(microphone);
  own.follow(stream, true, true);
  return { own, ear, told, stream, microphone };
}

it('says once that a microphone is heard, once that it is silent, and nothing in between', async () => {
  const { ear, told } = listening();
  await pass(10_000);
  expect(told).toEqual([{ picture: null, sound: 'live' }]);
  ear.peak = 0;
  await pass(2500);
  expect(told.slice(1)).toEqual([{ picture: null, sound: 'silent' }]);
});

it('finds nothing amiss with a microphone that is switched off', async () => {
  const { own, ear, told, stream } = listening();
  await pass(1000);
  own.follow(stream, true, false);
  ear.peak = 0;
  await pass(10_000);
  expect(last(told)).toEqual({ picture: null, sound: null });
});

it('follows another microphone and lets go of the first', async () => {
  const { own, ear } = listening();
  own.follow(streamOf(new FakeTrack('audio')), true, true);
  expect(ear.closed).toBe(1);
  own.close();
  expect(ear.closed).toBe(2);
  expect(own.sends).toEqual({ picture: null, sound: null });
});

it('does not take a page that may not listen for a silent microphone', async () => {
  const { ear, told } = listening();
  ear.peak = null;
  await pass(10_000);
  expect(told.filter(({ sound }) => sound === 'silent')).toEqual([]);
});

it('tells the room that a camera was taken away, at once, and to every new line', async () => {
  const camera = new FakeTrack('video');
  const room = new RoomConnection({ session: 's', stream: streamOf(camera), ticket: () => Promise.resolve('t'), rosterKey: () => Promise.resolve(''), iceServers: () => Promise.resolve([]), onState: () => undefined, onRoster: () => undefined, onTiles: () => undefined });
  const said = () => last(FakeSocket.all).said.filter(({ type }) => type === 'sends');
  void room.join();
  await pass(0);
  last(FakeSocket.all).hears({ type: 'admitted', slots: 4 });
  last(FakeConnection.all).become('connected');
  expect(said()).toEqual([{ type: 'sends', picture: null, sound: null }]);
  camera.muted = true;
  await pass(1250);
  expect(last(said())).toEqual({ type: 'sends', picture: 'stopped', sound: null });
  last(FakeSocket.all).breaks();
  await pass(100);
  last(FakeSocket.all).hears({ type: 'admitted', slots: 4 });
  expect(said()).toEqual([{ type: 'sends', picture: 'stopped', sound: null }]);
  room.leave();
});
