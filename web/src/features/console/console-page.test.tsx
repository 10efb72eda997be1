import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { live } from '../../api/live';
import type { Incident, Session, Watch } from '../../api/types';
import { sound } from '../../lib/sound';
import { serve, show } from '../../test/house';
import { ConsolePage } from './console-page';

const now = Date.now() * 1000;
const minutes = (count: number) => count * 60_000_000;

const session: Session = {
  session: 's', phase: 'dosed', protocol_phase: 'peak', phase_since_at: now, drill: false, pace: 1, starts_at: now, ends_at: now, dose_at: now - minutes(32), earliest_discharge_at: now + minutes(88),
  people: { patient: 'sam', sitter: 'ana', therapist: 'lee', prescriber: 'ruiz', on_call: 'noor' },
  here: { patient: true, sitter: true, therapist: true }, ready: { patient: true, sitter: true, therapist: true }, offer: null, discharge: null, end: null, now_at: now,
};
const watch: Watch = {
  session: 's', phase: 'watching', armed: true, drill: false, on_call_paged_at: now, on_call_confirmed_at: now, next: { sequence: 4, due_at: now + minutes(3), opens_at: now, deadline_at: now + minutes(5) },
  last: null, history: [], missed: 0, support: [], incidents: [], now_at: now,
};
const silent: Incident = { id: 'i', session: 's', cause: 'missed_checkin', severity: 'urgent', state: 'open', opened_at: now, step: 1, next_step_at: now + minutes(1), acknowledged_by: null, acknowledged_until: null, resolved_by: null, outcome: null, told: [] };
const people = [
  { person: 'sam', role: 'patient', first_name: 'Sam', duty: null },
  { person: 'ana', role: 'sitter', first_name: 'Ana', duty: null },
  { person: 'lee', role: 'therapist', first_name: 'Dr. Lee', duty: null },
  { person: 'noor', role: 'prescriber', first_name: 'Noor', duty: 'on_call' },
];

/** The session under way; what differs is given. */
function open(changed: { session?: Partial<Session>; watch?: Partial<Watch>; more?: Record<string, unknown> } = {}) {
  const calls = serve({
    'GET /safety/sessions/s': { ...session, ...changed.session },
    'GET /checkins/sessions/s/watch': { ...watch, ...changed.watch },
    'GET /safety/sessions/s/vitals': [],
    'GET /identity/sessions/s/people': people,
    'GET /video/sessions/s/room': { waiting: [{ person: 'sam', since_at: now, device_check: null }], present: [] },
    'GET /safety/sessions/s/checklist': [],
    'GET /safety/sessions/s/gate': { open: true, red: [], amber: [] },
    'GET /identity/sessions/s/presence-code': { code: '482913', expires_at: now },
    ...changed.more,
  });
  show(ConsolePage, { path: '/console/$session', at: '/console/s' });
  return calls;
}

beforeEach(() => void vi.spyOn(sound, 'only').mockImplementation(() => undefined));

it('is quiet while all is well', async () => {
  open();
  expect(await screen.findByRole('heading', { name: /Sam/ })).toHaveTextContent('T+00:32');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('shows and sounds an incident until somebody is on it', async () => {
  const calls = open({ watch: { incidents: [silent] } });
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('No answer from Ana');
  expect(Number(alert.dataset['alarmAt'])).toBeGreaterThan(Date.now() - 10_000);
  expect(sound.only).toHaveBeenLastCalledWith('alarm');
  await userEvent.click(screen.getByRole('button', { name: "I'm on it" }));
  expect(calls.some(({ path, method }) => method === 'POST' && path === '/checkins/incidents/i/acknowledge')).toBe(true);
});

it('falls silent when somebody is on it, and keeps the incident in view', async () => {
  open({ watch: { incidents: [{ ...silent, state: 'acknowledged', acknowledged_by: 'noor', acknowledged_until: now }] } });
  expect(await screen.findByText(/Noor is on it/)).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
  expect(sound.only).toHaveBeenLastCalledWith(null);
});

it('alarms by its own countdown before the server speaks', async () => {
  open({ watch: { next: { sequence: 4, due_at: now - minutes(3), opens_at: now, deadline_at: now - minutes(1) } } });
  expect(await screen.findByRole('alert')).toHaveTextContent('No answer from Ana');
});

it("says that somebody was refused at the sitter's door until it was read", async () => {
  const listen = vi.spyOn(live, 'onChanged');
  open();
  await screen.findByRole('heading', { name: /Sam/ });
  const tell = (session: string) => act(() => listen.mock.calls.forEach(([heard]) => heard({ what: 'identity.sitter_refused', session })));
  tell('another');
  expect(screen.queryByText(/sitter’s door/)).toBeNull();
  tell('s');
  expect(screen.getByRole('status')).toHaveTextContent('Ask Ana in the picture whether it was Ana.');
  await userEvent.click(screen.getByRole('button', { name: 'I have read it' }));
  expect(screen.queryByText(/sitter’s door/)).toBeNull();
});

it("asks to have seen the patient's wish", async () => {
  const calls = open({ watch: { support: [{ id: 'w', asked_at: now, seen_at: null, seen_by: null }] } });
  expect(await screen.findByRole('alert')).toHaveTextContent('Sam asks for support');
  await userEvent.click(screen.getByRole('button', { name: 'I have seen it' }));
  expect(calls.some(({ path }) => path === '/checkins/sessions/s/support/w/seen')).toBe(true);
});

it('says in words what is missing before the dose, and why it cannot begin', async () => {
  const red = [{ id: 'PT-BP', title: 'Blood pressure.', owner_role: 'sitter', owner: 'ana', why: '', todo: 'Measure.' }, { id: 'RX-CALL', title: 'On call.', owner_role: 'prescriber', owner: 'noor', why: '', todo: 'Answer.' }];
  open({ session: { phase: 'gate', dose_at: null, protocol_phase: null }, more: { 'GET /safety/sessions/s/gate': { open: false, red, amber: [] } } });
  expect(await screen.findByText('Two things before Sam can begin: blood pressure (Ana) and on-call answer (Noor).')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Begin dose' })).toHaveAccessibleDescription('Two things before this can be pressed.');
});

it('lists every red item with its owner when the gate closed meanwhile', async () => {
  open({
    session: { phase: 'gate', dose_at: null, protocol_phase: null },
    more: { 'POST /safety/sessions/s/dose/offer': () => ({ status: 409, body: { code: 'gate.closed', title: 'Not yet', detail: '', status: 409, fields: [{ name: 'PT-BP', code: 'red', detail: 'Blood pressure is too old.', owner: 'ana' }] } }) },
  });
  const press = await screen.findByRole('button', { name: 'Begin dose' });
  await vi.waitFor(() => expect(press).not.toHaveAttribute('aria-disabled'));
  await userEvent.click(press);
  const alert = await screen.findByRole('alert');
  expect(within(alert).getByText(/Blood pressure is too old/)).toHaveTextContent('Ask Ana.');
});

it('admits by name', async () => {
  const calls = open();
  await userEvent.click(await screen.findByRole('button', { name: 'Admit Sam' }));
  expect(calls.some(({ path }) => path === '/video/sessions/s/admissions/sam')).toBe(true);
});

it('opens the emergency card with the key 1 and the list with "?"', async () => {
  open();
  await screen.findByRole('heading', { name: /Sam/ });
  await userEvent.keyboard('?');
  expect(await screen.findByRole('heading', { name: 'Keys' })).toBeVisible();
  await userEvent.keyboard('1');
  expect(await screen.findByRole('heading', { name: 'Emergency card' })).toBeVisible();
});

it('does not alarm again for a deadline that a person has closed', async () => {
  const deadline_at = now - minutes(1);
  open({ watch: { next: { sequence: 4, due_at: now - minutes(3), opens_at: now, deadline_at }, incidents: [{ ...silent, state: 'resolved', opened_at: deadline_at, resolved_by: 'lee', outcome: 'sitter_reached' }] } });
  expect(await screen.findByRole('heading', { name: /Sam/ })).toBeVisible();
  await screen.findByText('No look yet.');
  expect(screen.queryByRole('alert')).toBeNull();
});
