// The sitter's page as Ana meets it.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answers, FakeServer, item, nowMicros, openPage, S, session, watch } from './testing';

const press = userEvent.setup({ delay: null });
const CHECKINS = `POST /checkins/sessions/${S}/checkins`;
const ALARM = `POST /checkins/sessions/${S}/alarm`;
let page: ReturnType<typeof openPage> | null = null;

beforeEach(() => localStorage.clear());
afterEach(() => {
  page?.close();
  page = null;
  vi.unstubAllGlobals();
});
const open = (token?: string): void => {
  page = openPage(token);
};

test('all well is one press, and the answer says who sees it and when to look next', async () => {
  const next = { sequence: 5, due_at: Date.UTC(2026, 0, 1, 21, 45) * 1000, opens_at: 0, deadline_at: Date.UTC(2026, 0, 1, 21, 47) * 1000 };
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'ok', todo: [], next } }));
  open();
  await press.click(await screen.findByRole('button', { name: 'All well' }));
  expect(await screen.findByText('Dr. Lee can see it.')).toBeVisible();
  expect(screen.getByText('Next look at 21:45')).toBeVisible();
  expect(server.posted[0]?.body).toMatchObject({ sequence: 4, answers: { 'CI-ALL': 'well' } });
  expect(Number.isInteger(server.posted[0]?.body['answered_at'])).toBe(true);
});

test('a pressing answer leaves at once, and what the server says to do is shown', async () => {
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'urgent', todo: ['Roll Sam on the side.'], next: null } }));
  open();
  await press.click(await screen.findByRole('button', { name: 'Noisy or slow' }));
  const alert = await screen.findByText('Roll Sam on the side.');
  expect(alert).toBeVisible();
  expect(screen.getByRole('heading', { name: /Do this now/ })).toBeVisible();
  expect(server.posted[0]?.body).toMatchObject({ answers: { 'CI-BR': 'noisy' } });
});

test('the emergency card shows the call first, before the server has answered the alarm', async () => {
  const server = new FakeServer(answers({ [ALARM]: null }));
  open();
  await press.click(await screen.findByRole('button', { name: /Emergency/ }));
  const card = screen.getByRole('dialog', { name: 'Emergency' });
  const call = screen.getByRole('link', { name: 'Call 911' });
  expect(call).toHaveAttribute('href', 'tel:911');
  expect(card.querySelector('a, button')).toBe(call);
  expect(screen.getByText('12 Elm Street')).toBeVisible();
  expect(screen.getByText(/Telling the clinic/)).toBeVisible();
  await waitFor(() => expect(server.posted[0]?.body).toEqual({ kind: 'emergency' }));
});

test('without a connection the emergency card is there and says that nobody is told', async () => {
  const server = new FakeServer(answers());
  open();
  await screen.findByRole('button', { name: 'All well' });
  server.online = false;
  await press.click(screen.getByRole('button', { name: /Emergency/ }));
  expect(screen.getByRole('link', { name: 'Call 911' })).toBeVisible();
  expect(await screen.findByText(/not told yet/, {}, { timeout: 4_000 })).toBeVisible();
});

test('answers given without a connection are kept, said to be kept, and sent in order with their own ids', async () => {
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'ok', todo: [], next: null }, [ALARM]: { incident: 'i' } }));
  open();
  await screen.findByRole('button', { name: 'All well' });
  server.online = false;
  await press.click(screen.getByRole('button', { name: 'All well' }));
  expect(await screen.findByText(/Kept on this phone/, {}, { timeout: 4_000 })).toBeVisible();
  await press.click(screen.getByRole('button', { name: 'Something is wrong' }));
  await waitFor(() => expect(page?.store.outbox.size).toBe(2));
  page?.close();
  server.online = true;
  open();
  await waitFor(() => expect(server.posted).toHaveLength(2), { timeout: 4_000 });
  expect(server.posted.map(({ path }) => path.split('/').at(-1))).toEqual(['checkins', 'alarm']);
  expect(new Set(server.posted.map(({ key }) => key)).size).toBe(2);
}, 15_000);

test('a late look says when the clinic is told, and blames nobody', async () => {
  new FakeServer(answers({ [`/checkins/sessions/${S}/watch`]: watch(-30e6) }));
  open();
  expect(await screen.findByText(/Without an answer the clinic is told at/)).toBeVisible();
});

test('after a missed look the page asks for it again, and the answer stands for that look', async () => {
  const now = nowMicros();
  const overdue = { sequence: 3, due_at: now - 200e6, opens_at: now - 200e6, deadline_at: now - 80e6 };
  const server = new FakeServer(answers({ [`/checkins/sessions/${S}/watch`]: watch(300e6, { overdue }), [CHECKINS]: { severity: 'ok', todo: [], next: null } }));
  open();
  expect(await screen.findByText('The clinic is told. Look at the person, then answer.')).toBeVisible();
  await press.click(screen.getByRole('button', { name: 'All well' }));
  await waitFor(() => expect(server.posted[0]?.body).toMatchObject({ sequence: 3, answers: { 'CI-ALL': 'well' } }));
});

const counting = (more: Record<string, unknown> = {}) => {
  const asked = watch(10e6);
  return answers({ [`/checkins/sessions/${S}/watch`]: { ...asked, next: { ...asked.next, task: 'count_breaths' } }, [CHECKINS]: { severity: 'ok', todo: [], next: null }, ...more });
};
const counted = async (): Promise<void> => {
  await press.click(await screen.findByRole('button', { name: 'Start: 15 seconds' }));
  vi.advanceTimersByTime(16_000);
  await screen.findByRole('heading', { name: 'How many breaths?' }, { timeout: 3_000 });
};

test('a look that asks for a count takes "All well" only after the number, also without a line', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const server = new FakeServer(counting());
  open();
  await screen.findByRole('heading', { name: 'Count Sam’s breaths' });
  server.online = false;
  expect(screen.queryByRole('button', { name: 'All well' })).toBeNull();
  await counted();
  await press.click(screen.getByRole('button', { name: '4' }));
  expect(screen.getByText('You counted 4.')).toBeVisible();
  vi.advanceTimersByTime(1_000);
  await press.click(screen.getByRole('button', { name: 'All well' }));
  await waitFor(() => expect(page?.store.outbox.waiting[0]?.body).toMatchObject({ sequence: 4, answers: { 'CI-ALL': 'well', 'CI-COUNT': '4' } }));
  vi.useRealTimers();
});

test('a number that is too high leaves at once, and what is wrong asks for no count', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const server = new FakeServer(counting({ [CHECKINS]: { severity: 'urgent', todo: ['Count again.'], next: null }, [ALARM]: { at: 1 } }));
  open();
  await counted();
  await press.click(screen.getByRole('button', { name: '7' }));
  await waitFor(() => expect(server.posted[0]?.body).toMatchObject({ answers: { 'CI-COUNT': '7' } }));
  page?.close();
  localStorage.clear();
  open();
  await press.click(await screen.findByRole('button', { name: 'Something is wrong' }));
  expect(await screen.findByRole('heading', { name: 'How is the breathing?' })).toBeVisible();
  vi.useRealTimers();
});

test('two presses at once are a pocket’s: nothing is sent, and the page says so', async () => {
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'ok', todo: [], next: null } }));
  open();
  const well = await screen.findByRole('button', { name: 'All well' });
  await press.dblClick(well);
  expect(await screen.findByText(/Nothing was sent/)).toBeVisible();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(server.posted).toHaveLength(0);
  await press.click(well);
  expect(await screen.findByText('Dr. Lee can see it.')).toBeVisible();
});

test('a press right after the page came to the front is none', async () => {
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'ok', todo: [], next: null } }));
  open();
  const well = await screen.findByRole('button', { name: 'All well' });
  document.dispatchEvent(new Event('visibilitychange'));
  await press.click(well);
  expect(await screen.findByText(/Nothing was sent/)).toBeVisible();
  expect(server.posted).toHaveLength(0);
});

test('a call for support that nobody has seen comes to the sitter', async () => {
  const support = [{ id: 's', asked_at: Date.now() * 1000 - 20e6, delivered_at: null, seen_at: null, seen_by: null }];
  new FakeServer(answers({ [`/checkins/sessions/${S}/watch`]: watch(300e6, { support }) }));
  open();
  expect(await screen.findByText(/Sam asks for support/)).toBeVisible();
});

const MID_TRAINING = { questions: [{ id: 'T1', text: 'First?', choices: [{ id: 'a', text: 'One' }] }, { id: 'T2', text: 'Second?', choices: [{ id: 'a', text: 'Two' }] }], passed_at: null };
const before = (change: Record<string, unknown>) => answers({ [`/safety/sessions/${S}`]: session('gate'), ...change });

test('a reload in the training comes back to the same question', async () => {
  new FakeServer(before({ [`/safety/sessions/${S}/training`]: MID_TRAINING }));
  open();
  await press.click(await screen.findByRole('button', { name: 'One' }));
  await screen.findByRole('heading', { name: 'Second?' });
  page?.close();
  open();
  expect(await screen.findByRole('heading', { name: 'Second?' })).toBeVisible();
});

test.each([
  ['the agreement', { [`/safety/consents?session=${S}`]: [{ kind: 'sitter_agreement', version: 1, title: 'Sitter agreement', text: 'You stay.', sha256: 'x', questions: [], signed_at: null }] }, 'Sitter agreement'],
  ['the phone test', { [`/safety/sessions/${S}/checklist`]: [item('ST-PHONE', 'Phone')] }, 'Test your phone'],
  ['the home', { [`/safety/sessions/${S}/checklist`]: [item('ST-PHONE', 'Phone', 'yes'), item('PT-HAZ', 'Candles are out.')] }, 'Candles are out.'],
  ['ready', { [`/safety/sessions/${S}`]: session('gate', { ready: { patient: true, sitter: false, therapist: false } }) }, 'Are you ready?'],
  ['waiting', {}, 'Please wait'],
  ['the dose', { [`/safety/sessions/${S}`]: session('dosing_offered', { offer: { by: 'lee', until_at: Date.now() * 1000 + 20e6 } }) }, 'Watch the dose'],
  ['the end', { [`/safety/sessions/${S}`]: session('closed') }, 'The watch is over'],
])('a page opened anew at %s lands there', async (_, change, heading) => {
  new FakeServer(before(change));
  open();
  expect(await screen.findByRole('heading', { name: heading })).toBeVisible();
});

test('opening a link changes nothing until it is pressed', async () => {
  const server = new FakeServer({ '/identity/me': undefined, 'POST /identity/links/redeem': { role: 'sitter' } });
  vi.mocked(fetch).mockImplementationOnce(async () => new Response(JSON.stringify({ code: 'identity.signed_out', title: '', detail: '' }), { status: 401, headers: { 'content-type': 'application/problem+json' } }));
  open('TOKEN');
  const button = await screen.findByRole('button', { name: 'Open my page' });
  expect(server.posted).toHaveLength(0);
  await press.click(button);
  expect(server.posted[0]).toMatchObject({ path: '/identity/links/redeem', body: { token: 'TOKEN' } });
});

test('a second contact who is called reads what taking the place means before the press', async () => {
  const server = new FakeServer({ '/identity/me': undefined, 'POST /identity/links/redeem': { role: 'sitter' } });
  vi.mocked(fetch).mockImplementationOnce(async () => new Response(JSON.stringify({ code: 'auth.invalid', title: '', detail: '' }), { status: 401, headers: { 'content-type': 'application/problem+json' } }));
  history.replaceState(null, '', '/s?place');
  open('CODE');
  expect(await screen.findByText(/the phone that sat before is signed out/)).toBeVisible();
  expect(server.posted).toHaveLength(0);
  await press.click(screen.getByRole('button', { name: /I am with them/ }));
  expect(server.posted[0]).toMatchObject({ path: '/identity/links/redeem', body: { token: 'CODE' } });
  history.replaceState(null, '', '/');
});

test('an emergency answer opens the card at once, while the answer is still on its way', async () => {
  new FakeServer(answers({ [CHECKINS]: null, [ALARM]: null }));
  open();
  await press.click(await screen.findByRole('button', { name: 'Pauses or none' }));
  expect(screen.getByRole('link', { name: 'Call 911' })).toBeVisible();
});

test('a thumb that rests on "All well" sees what a press sees', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const server = new FakeServer(answers({ [CHECKINS]: { severity: 'ok', todo: [], next: null } }));
  open();
  const well = await screen.findByRole('button', { name: 'All well' });
  await press.pointer({ keys: '[MouseLeft>]', target: well });
  vi.advanceTimersByTime(3_100);
  await press.pointer({ keys: '[/MouseLeft]', target: well });
  expect(await screen.findByText('Dr. Lee can see it.')).toBeVisible();
  expect(server.posted.map(({ path }) => path.split('/').at(-1))).toEqual(['checkins']);
  vi.useRealTimers();
});

test('SOS held for three seconds opens the call and tells the clinic; let go early it does nothing', async () => {
  const server = new FakeServer(answers({ [ALARM]: { at: 1 } }));
  open();
  const sos = await screen.findByRole('button', { name: /hold for 3 seconds to call for help/ });
  await press.pointer([{ keys: '[MouseLeft>]', target: sos }, { keys: '[/MouseLeft]', target: sos }]);
  expect(screen.queryByRole('dialog')).toBeNull();
  await press.pointer({ keys: '[MouseLeft>]', target: sos });
  expect(await screen.findByRole('link', { name: 'Call 911' }, { timeout: 4_000 })).toHaveAttribute('href', 'tel:911');
  await waitFor(() => expect(server.posted.map(({ body }) => body)).toEqual([{ kind: 'emergency' }]));
});

test('an answer of another phone is refused by name and holds nothing back', async () => {
  const server = new FakeServer(answers({ [ALARM]: { at: 1 } }));
  vi.mocked(fetch).mockImplementation(async (url, init) => (String(url).endsWith('/checkins')
    ? new Response(JSON.stringify({ code: 'checkin.signature', title: '', detail: 'Answer on the phone that was tested.' }), { status: 401, headers: { 'content-type': 'application/problem+json' } })
    : server.respond(String(url), init)));
  open();
  await press.click(await screen.findByRole('button', { name: 'All well' }));
  expect((await screen.findAllByText(/Answer on the phone that was tested/))[0]).toBeVisible();
  expect(page?.store.outbox.size).toBe(0);
});

test('a low battery is said until it is charged', async () => {
  const battery = Object.assign(new EventTarget(), { level: 0.14, charging: false });
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as Navigator, { getBattery: () => Promise.resolve(battery) }));
  new FakeServer(answers());
  open();
  expect(await screen.findByText(/The battery is at 14 %/)).toBeVisible();
  battery.charging = true;
  battery.dispatchEvent(new Event('chargingchange'));
  await waitFor(() => expect(screen.queryByText(/The battery is at/)).toBeNull());
});

test('an alarm does not wait behind an answer that hangs', async () => {
  const server = new FakeServer(answers({ [CHECKINS]: null, [ALARM]: { incident: 'i' } }));
  open();
  await press.click(await screen.findByRole('button', { name: 'All well' }));
  await waitFor(() => expect(server.posted).toHaveLength(1));
  await press.click(screen.getByRole('button', { name: 'Something is wrong' }));
  expect(await screen.findByText('Dr. Lee is told')).toBeVisible();
  expect(server.posted.map(({ path }) => path.split('/').at(-1))).toEqual(['checkins', 'alarm']);
});
