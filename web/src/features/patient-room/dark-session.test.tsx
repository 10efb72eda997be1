// The dark session as Sam meets it: eyes nearly shut, one thing to do.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MeProvider } from '../../api/me';
import type { Me, SupportRequest } from '../../api/types';
import { ThemeProvider } from '../../ui/surface';
import { DarkSession } from './dark-session';
import type { Room } from './use-room';

const S = 'session';
const me: Me = { person: 'sam', role: 'patient', first_name: 'Sam', clinic: 'c', clinic_name: 'Lantern', clinic_phone: '+1 555 0100', time_zone: 'UTC', session: null, presence: false, demo: false, watchdog_url: null };
const room: Room = { state: { name: 'live' }, roster: [], tiles: [], encryption: { kind: 'asked', who: ['lee'], agreed: false, waits_for: ['sam'] }, stream: null, had: true, muted: false, join: vi.fn(), leave: vi.fn(), hear: vi.fn(), agree: vi.fn() };
let support: SupportRequest[] = [];
let posted: string[] = [];
let online = true;

beforeEach(() => {
  vi.useFakeTimers();
  [support, posted, online] = [[], [], true];
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (!online) throw new TypeError('offline');
    if (init?.method === 'POST') posted.push(url);
    const answer = url.endsWith('/people') ? [{ person: 'lee', role: 'therapist', first_name: 'Dr. Lee', duty: null }] : url.endsWith('/watch') ? { support, incidents: [] } : { id: 's1', asked_at: 1 };
    return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
async function open(onLeave = vi.fn(), inside = room): Promise<void> {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ThemeProvider>
        <MeProvider me={me}>
          <DarkSession session={S} room={inside} onLeave={onLeave} />
        </MeProvider>
      </ThemeProvider>
    </QueryClientProvider>,
  );
  await pass(50);
}
const anywhere = () => screen.getByRole('button', { name: /I need support/ });

test('a touch shorter than a second asks for nothing', async () => {
  await open();
  fireEvent.pointerDown(anywhere());
  await pass(900);
  fireEvent.pointerUp(anywhere());
  await pass(2_000);
  expect(posted).toEqual([]);
});

test('holding for one second asks for support', async () => {
  await open();
  fireEvent.pointerDown(anywhere());
  await pass(1_050);
  expect(posted).toEqual(['/api/checkins/sessions/session/support']);
});

test('a key held for one second asks too', async () => {
  await open();
  fireEvent.keyDown(anywhere(), { key: ' ' });
  await pass(1_050);
  expect(posted).toHaveLength(1);
});

test('only when the server says so has anybody seen it', async () => {
  await open();
  fireEvent.pointerDown(anywhere());
  await pass(3_000);
  expect(screen.queryByText('Dr. Lee has seen this.')).toBeNull();
  support = [{ id: 's1', asked_at: 1, seen_at: 2, seen_by: 'lee' }];
  await pass(1_500);
  expect(screen.getByText('Dr. Lee has seen this.')).toBeVisible();
});

test('what did not arrive says so, and names a phone number', async () => {
  await open();
  online = false;
  fireEvent.pointerDown(anywhere());
  await pass(6_000);
  expect(screen.getByText(/did not reach Dr. Lee yet.*555 0100/)).toBeVisible();
});

test('leaving takes three seconds', async () => {
  const left = vi.fn();
  await open(left);
  const leave = screen.getByRole('button', { name: /Leave/ });
  fireEvent.pointerDown(leave);
  await pass(2_900);
  expect(left).not.toHaveBeenCalled();
  await pass(200);
  expect(left).toHaveBeenCalledOnce();
});

test('nothing else is written on the dark', async () => {
  await open();
  expect(document.querySelector('main')?.textContent).toBe('');
});

const sam = { person: 'sam', role: 'patient', place: 'present', since_at: 1, camera: true, microphone: true, picture: null, sound: null, quality: null, encrypts: true, agrees_open: false } as const;
const still = 'Dr. Lee cannot hear you now. Hold anywhere to call.';

test('says in one still line that nobody hears, and does not have it read aloud', async () => {
  await open(vi.fn(), { ...room, roster: [{ ...sam, sound: { is: 'silent', since_at: 1 } }] });
  expect(screen.getByText(still).closest('[role="status"], [aria-live]')).toBeNull();
});

test('says nothing of a dark room: it is as it should be', async () => {
  await open(vi.fn(), { ...room, roster: [{ ...sam, picture: { is: 'dark', since_at: 1 }, sound: { is: 'live', since_at: 1 } }] });
  expect(screen.queryByText(/cannot/)).toBeNull();
});
