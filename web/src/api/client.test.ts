import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { get, post } from './client';
import { Problem } from './problems';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answers = (...all: (Response | Error)[]) => {
  const asked = vi.fn(() => {
    const next = all.shift() ?? new Error('no more answers');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  vi.stubGlobal('fetch', asked);
  return asked as unknown as ReturnType<typeof vi.fn<(path: string, init: RequestInit) => Promise<Response>>>;
};
const json = (body: unknown, status = 200, type = 'application/json') => new Response(JSON.stringify(body), { status, headers: { 'content-type': type } });
const keyOf = (call: [string, RequestInit] | undefined) => new Headers(call?.[1].headers).get('idempotency-key');

it('sends every change with its key and where it comes from', async () => {
  const asked = answers(json({ done: true }));
  await post('/x', { a: 1 });
  const headers = new Headers(asked.mock.calls[0]?.[1].headers);
  expect(headers.get('x-holdspace')).toBe('1');
  expect(headers.get('idempotency-key')).toMatch(/-7/);
});

it('repeats a change with the same key when no answer came', async () => {
  const asked = answers(new TypeError('network'), json({}, 503), json({ done: true }));
  const answer = post('/x', {});
  await vi.runAllTimersAsync();
  await expect(answer).resolves.toEqual({ done: true });
  expect(new Set(asked.mock.calls.map(keyOf)).size).toBe(1);
});

it('does not repeat a refusal', async () => {
  const asked = answers(json({ code: 'gate.closed', title: 'Not yet', detail: 'Two things are missing.', status: 409, fields: [] }, 409, 'application/problem+json'));
  await expect(post('/x', {})).rejects.toMatchObject({ code: 'gate.closed', message: 'Two things are missing.' });
  expect(asked).toHaveBeenCalledTimes(1);
});

it("tells our no from a proxy's", async () => {
  answers(new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } }));
  await expect(get('/x')).rejects.toMatchObject({ code: 'network.not_ours', status: 403 });
});

it('says that nothing could be reached', async () => {
  answers(new TypeError('network'));
  await expect(get('/x')).rejects.toBeInstanceOf(Problem);
});
