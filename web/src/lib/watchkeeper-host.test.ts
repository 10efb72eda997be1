import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, view, type Input } from './watchkeeper';
import { startWatchkeeper, type Answer, type Host } from './watchkeeper-host';
import { bothClocks, type Report } from './watchkeeper-runner';

class FakeWorker {
  static made: FakeWorker[] = [];
  onmessage: ((message: { data: Report }) => void) | null = null;
  onerror: (() => void) | null = null;
  taken: Input[] = [];
  ended = false;
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(input: Input) {
    this.taken.push(input);
  }
  terminate() {
    this.ended = true;
  }
  report() {
    this.onmessage?.({ data: { said: [], view: view(begin(bothClocks()), bothClocks()) } });
  }
}

let reports: Report[];
let host: Host | null = null;
const answer = (): Answer => ({ asked: bothClocks(), received: bothClocks(), heard: { server_at: 1, deadline_at: null, missed_ats: [] } });
const start = (): FakeWorker => {
  host = startWatchkeeper((report) => reports.push(report));
  const [worker] = FakeWorker.made;
  if (worker === undefined) throw new Error('no worker was made');
  return worker;
};

beforeEach(() => {
  reports = [];
  FakeWorker.made = [];
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => {
  host?.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('keeps the last answer until the worker has loaded, and says how old it is by then', () => {
  const worker = start();
  host?.hear(answer());
  vi.advanceTimersByTime(700);
  expect(worker.taken).toEqual([]);
  worker.report();
  expect(worker.taken).toEqual([expect.objectContaining({ kind: 'heard', age_ms: 700, round_trip_ms: 0 })]);
});

it('keeps watch in the page when a worker cannot start', () => {
  const worker = start();
  worker.onerror?.();
  vi.advanceTimersByTime(16_000);
  expect(reports.flatMap(({ said }) => said.map(({ kind }) => kind))).toContain('lost');
});

it('keeps watch in the page when a worker says nothing for five seconds', () => {
  const worker = start();
  worker.report();
  host?.hear(answer());
  vi.advanceTimersByTime(4_500);
  expect(worker.ended).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(worker.ended).toBe(true);
  expect(reports.at(-1)?.view).toMatchObject({ server: 'fresh', heard_at: expect.any(Number) });
});

it('does not hand on an answer when the machine slept since it was asked for', () => {
  const worker = start();
  worker.report();
  const asked = bothClocks();
  host?.hear({ ...answer(), asked: { ...asked, wall_ms: asked.wall_ms - 60_000 } });
  expect(worker.taken).toEqual([]);
});

it('says nothing more once it was stopped', () => {
  vi.stubGlobal('Worker', undefined);
  host = startWatchkeeper((report) => reports.push(report));
  host.stop();
  const before = reports.length;
  vi.advanceTimersByTime(60_000);
  expect(reports).toHaveLength(before);
});
