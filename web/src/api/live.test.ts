import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Live } from './live';

class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.made.push(this);
  }
  close() {
    this.onclose?.({ code: 1000 });
  }
}

beforeEach(() => {
  FakeSocket.made = [];
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  vi.stubGlobal('WebSocket', FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const last = () => FakeSocket.made.at(-1);

it('comes back after 0.1, 0.3, 1, 2 and 2 seconds', () => {
  new Live().start();
  for (const wait of [100, 300, 1_000, 2_000, 2_000]) {
    const before = FakeSocket.made.length;
    last()?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(wait - 1);
    expect(FakeSocket.made).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.made).toHaveLength(before + 1);
  }
});

it('names what changed, and everything after a reconnect', () => {
  const live = new Live();
  const heard: string[] = [];
  live.onChanged(({ what }) => heard.push(what));
  live.start();
  last()?.onopen?.();
  last()?.onmessage?.({ data: '{"type":"changed","what":"checkins.incident_opened.v1","session":"s"}' });
  last()?.onmessage?.({ data: '{"type":"beat","now_at":1}' });
  expect(heard).toEqual(['*', 'checkins.incident_opened.v1']);
});

it('tells of beats, which change nothing', () => {
  const live = new Live();
  const changed = vi.fn();
  const beaten = vi.fn();
  live.onChanged(changed);
  live.onBeat(beaten);
  live.start();
  last()?.onmessage?.({ data: '{"type":"beat","now_at":1}' });
  last()?.onmessage?.({ data: '{"type":"changed","what":"checkins.checkin_missed","session":"s"}' });
  expect(beaten).toHaveBeenCalledTimes(1);
  expect(changed).toHaveBeenCalledTimes(1);
});

it('takes a silent socket for dead', () => {
  new Live().start();
  last()?.onopen?.();
  vi.advanceTimersByTime(12_500 + 100);
  expect(FakeSocket.made).toHaveLength(2);
});

it('does not come back once the sign-in is revoked', () => {
  const live = new Live();
  live.start();
  last()?.onclose?.({ code: 4401 });
  vi.advanceTimersByTime(60_000);
  expect(live.status).toBe('revoked');
  expect(FakeSocket.made).toHaveLength(1);
});
