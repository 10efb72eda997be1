// Two keys, one look: what is kept and sent does not tell which of them signed.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from './outbox';
import { ANSWER, QUIET } from './signing';

const PATH = '/checkins/sessions/s/checkins';
const sign = (_: unknown, by: number): Promise<string> => Promise.resolve(by === QUIET ? 'q'.repeat(86) : 'a'.repeat(86));
const kept = (): Record<string, unknown>[] => JSON.parse(localStorage.getItem('holdspace.sitter.queue.main') ?? '[]') as Record<string, unknown>[];

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('no line'))));
});
afterEach(() => vi.unstubAllGlobals());

test('what waits on the phone is signed, and does not say by which key', async () => {
  const outbox = new Outbox('main', undefined, sign);
  void outbox.put(PATH, { sequence: 1 }, ANSWER);
  void outbox.put(PATH, { sequence: 2 }, QUIET);
  await vi.waitFor(() => expect(kept().every(({ signature }) => typeof signature === 'string')).toBe(true));
  const [plain, quiet] = kept();
  expect(Object.keys(plain ?? {})).toEqual(Object.keys(quiet ?? {}));
  expect(JSON.stringify(plain).length).toBe(JSON.stringify(quiet).length);
  outbox.close();
});

test('a page that closed before it could sign signs when it is opened again, by the same key', async () => {
  const first = new Outbox('main', undefined, () => new Promise(() => undefined));
  void first.put(PATH, { sequence: 1 }, QUIET);
  first.close();
  const sent = vi.fn(() => Promise.resolve(new Response('{}')));
  vi.stubGlobal('fetch', sent);
  await new Outbox('main', undefined, sign).flush();
  const [[, init]] = sent.mock.calls as unknown as [[string, RequestInit]];
  expect(new Headers(init.headers).get('x-holdspace-signature')).toBe('q'.repeat(86));
});
