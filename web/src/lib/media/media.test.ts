import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitBefore } from './backoff';
import { troubleOf } from './devices';
import { FakeConnection, FakeSocket, FakeStream, FakeTrack, fakeBrowser, last, realBrowser } from './fakes-for-tests';
import type { SlotView } from './line';
import { RoomConnection } from './room';
import { asScore, rate } from './stats';
import { TileBoard } from './tiles';
import type { Notice, RoomOptions, RoomState, RosterEntry, Tile } from './types';

const LEE = 'lee';
const SAM = 'sam';

beforeEach(fakeBrowser);
afterEach(realBrowser);

describe('coming in', () => {
  function room(options: Partial<RoomOptions> = {}) {
    const states: RoomState[] = [];
    const notices: Notice[] = [];
    const tickets: string[] = [];
    const ticket = vi.fn(({ fingerprint }: { fingerprint: string }) => {
      tickets.push(`t${tickets.length}:${fingerprint}`);
      return Promise.resolve(last(tickets));
    });
    const stream = new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]);
    const connection = new RoomConnection({
      session: 's',
      stream: stream as unknown as MediaStream,
      ticket,
      rosterKey: () => Promise.resolve(''),
      iceServers: () => Promise.resolve([]),
      onState: (state) => states.push(state),
      onRoster: () => undefined,
      onTiles: () => undefined,
      onNotice: (notice) => notices.push(notice),
      ...options,
    });
    return { connection, states, notices, ticket, stream };
  }

  const settle = () => vi.advanceTimersByTimeAsync(0);

  async function live() {
    const made = room();
    void made.connection.join();
    await settle();
    last(FakeSocket.all).onopen?.();
    last(FakeSocket.all).hears({ type: 'admitted', slots: 4 });
    last(FakeConnection.all).become('connected');
    await settle();
    return made;
  }

  it('shows a ticket for its certificate, offers once admitted, and is live once connected', async () => {
    const { states } = await live();
    expect(last(FakeSocket.all).said.map((message) => message.type)).toEqual(['hello', 'switches', 'sends', 'offer', 'pictures']);
    expect(last(FakeSocket.all).said[0]).toEqual({ type: 'hello', token: 't0:AA:BB' });
    expect(states.map((state) => state.name)).toEqual(['connecting', 'live']);
  });

  it('knows the relay before it looks for a way, and does without one that cannot be asked', async () => {
    const relay = { urls: ['turn:127.0.0.1:1?transport=tcp'], username: '1:a', credential: 'b' };
    const ask = vi.fn<() => Promise<(typeof relay)[]>>().mockResolvedValueOnce([relay]).mockRejectedValueOnce(new TypeError('offline'));
    const { connection } = room({ iceServers: ask });
    void connection.join();
    await settle();
    expect(last(FakeConnection.all).configurations.at(-1)?.iceServers).toEqual([relay]);
    last(FakeSocket.all).onclose?.();
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeConnection.all).toHaveLength(2);
    expect(last(FakeConnection.all).configurations.at(-1)?.iceServers).toEqual([]);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('waits at the door until it is let in', async () => {
    const { connection, states } = room();
    const joined = connection.join();
    await settle();
    last(FakeSocket.all).hears({ type: 'waiting', since_at: 5 });
    await joined;
    await vi.advanceTimersByTimeAsync(3000);
    expect(last(states)).toEqual({ name: 'waiting', since_at: 5 });
    expect(last(FakeSocket.all).said.some((message) => message.type === 'offer')).toBe(false);
  });

  it('comes again once for a socket that fails twice over, with a new ticket', async () => {
    const { ticket, states } = await live();
    last(FakeSocket.all).breaks();
    expect(last(states)).toMatchObject({ name: 'reconnecting', attempt: 1 });
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.all.length).toBe(2);
    expect(ticket).toHaveBeenCalledTimes(2);
  });

  it('waits longer from attempt to attempt, and never has two under way', async () => {
    const { ticket } = await live();
    for (const wait of [100, 300, 1000, 2000, 2000]) {
      last(FakeSocket.all).breaks();
      const before = ticket.mock.calls.length;
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(ticket.mock.calls.length).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(ticket.mock.calls.length).toBe(before + 1);
    }
  });

  it('keeps the old media until the new line is connected', async () => {
    await live();
    const old = last(FakeConnection.all);
    last(FakeSocket.all).breaks();
    await vi.advanceTimersByTimeAsync(100);
    expect(old.connectionState).toBe('connected');
    last(FakeSocket.all).hears({ type: 'admitted', slots: 4 });
    last(FakeConnection.all).become('connected');
    await settle();
    expect(old.connectionState).toBe('closed');
  });

  it('takes four seconds without a beat for a dead socket', async () => {
    const { states } = await live();
    for (let beat = 0; beat < 5; beat += 1) {
      last(FakeSocket.all).hears({ type: 'beat', now_at: 0 });
      await vi.advanceTimersByTimeAsync(3900);
    }
    expect(last(states).name).toBe('live');
    await vi.advanceTimersByTimeAsync(100);
    expect(last(states).name).toBe('reconnecting');
  });

  it('does not come again once it was removed', async () => {
    const { ticket, states } = await live();
    last(FakeSocket.all).hears({ type: 'ended', why: 'removed', code: 'room.removed', detail: 'Call.', again: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(last(states)).toEqual({ name: 'ended', why: 'removed', code: 'room.removed', detail: 'Call.' });
    expect(ticket).toHaveBeenCalledTimes(1);
  });

  it('gives up when fresh tickets are refused five times in a row', async () => {
    const { states } = await live();
    for (let refusal = 0; refusal < 5; refusal += 1) {
      last(FakeSocket.all).hears({ type: 'ended', why: 'refused', code: 'room.ticket_refused', detail: '', again: true });
      await vi.advanceTimersByTimeAsync(2000);
    }
    expect(last(states)).toMatchObject({ name: 'ended', why: 'refused' });
  });

  it('ends when the ticket route says no for good', async () => {
    const { connection, states, ticket } = room();
    ticket.mockRejectedValue({ status: 403, code: 'room.removed', detail: 'Call your clinic.' });
    await connection.join();
    expect(last(states)).toEqual({ name: 'ended', why: 'removed', code: 'room.removed', detail: 'Call your clinic.' });
  });

  it('says so when the camera stops by itself', async () => {
    const { notices, stream } = await live();
    const camera = stream.getVideoTracks()[0];
    if (camera !== undefined) camera.readyState = 'ended';
    camera?.onended?.();
    expect(notices).toEqual([{ code: 'room.camera_ended' }]);
    expect(last(FakeSocket.all).said.at(-1)).toEqual({ type: 'switches', camera: false, microphone: true });
  });
});

describe('tiles', () => {
  function entry(person: string, role: RosterEntry['role'], place: RosterEntry['place'], camera = true): RosterEntry {
    return { person, role, place, since_at: 0, camera, microphone: true, picture: null, sound: null, quality: null, encrypts: place === 'present', agrees_open: false };
  }

  function slot(person: string | null, mid: string): SlotView {
    const [audio, video] = [new FakeTrack('audio'), new FakeTrack('video')] as unknown as MediaStreamTrack[];
    if (audio === undefined || video === undefined) throw new Error('two tracks');
    return { person, audio, video, videoMid: mid };
  }

  function board() {
    const told: Tile[][] = [];
    return { told, tiles: new TileBoard((tiles) => told.push(tiles)) };
  }

  it('puts each name on its own slot, the therapist first', () => {
    const { told, tiles } = board();
    tiles.setRoster([entry(SAM, 'patient', 'present'), entry(LEE, 'therapist', 'present')]);
    tiles.setSlots([slot(SAM, '1'), slot(LEE, '3'), slot(null, '5')]);
    expect(last(told).map((tile) => [tile.person, tile.video !== null])).toEqual([[LEE, true], [SAM, true]]);
  });

  it('shows nobody who is not in the room, and no picture of a camera that is off', () => {
    const { told, tiles } = board();
    tiles.setSlots([slot(SAM, '1'), slot(LEE, '3')]);
    tiles.setRoster([entry(SAM, 'patient', 'waiting'), entry(LEE, 'therapist', 'present', false)]);
    expect(last(told).map((tile) => [tile.person, tile.video])).toEqual([[LEE, null]]);
  });

  it('calls a picture frozen when it has not moved for three seconds', () => {
    const { told, tiles } = board();
    tiles.setRoster([entry(LEE, 'therapist', 'present')]);
    tiles.setSlots([slot(LEE, '1')]);
    tiles.setFrames(new Map([['1', 30]]), false);
    vi.advanceTimersByTime(3100);
    tiles.setFrames(new Map([['1', 30]]), false);
    expect(last(told)[0]?.frozen).toBe(true);
    tiles.setFrames(new Map([['1', 31]]), false);
    expect(last(told)[0]?.frozen).toBe(false);
  });

  it('tells a page only what changed', () => {
    const { told, tiles } = board();
    tiles.setRoster([entry(LEE, 'therapist', 'present')]);
    tiles.setSlots([slot(LEE, '1')]);
    const before = told.length;
    tiles.setRoster([entry(LEE, 'therapist', 'present')]);
    expect(told.length).toBe(before);
  });
});

it('waits 0.1, 0.3, 1, 2, 2 … seconds', () => {
  expect([1, 2, 3, 4, 5, 40].map(waitBefore)).toEqual([100, 300, 1000, 2000, 2000, 2000]);
});

it.each([
  [0, 20, 5, 5],
  [3, 20, 5, 4],
  [0, 200, 5, 4],
  [6, 320, 40, 1],
  [12, 600, 60, 1],
])('rates %s %% loss, %s ms, jitter %s ms as %s', (loss, roundTrip, jitter, score) => {
  expect(asScore(rate(loss, roundTrip, jitter))).toBe(score);
});

it.each([
  ['NotAllowedError', 'denied'],
  ['NotFoundError', 'missing'],
  ['NotReadableError', 'busy'],
  ['OverconstrainedError', 'unsuitable'],
  ['SecurityError', 'insecure'],
])('reads %s as %s', (name, trouble) => {
  expect(troubleOf(new DOMException('', name))).toBe(trouble);
});
