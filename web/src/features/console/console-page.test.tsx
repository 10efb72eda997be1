import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { live } from '../../api/live';
import { sound } from '../../lib/sound';
import { minutes, now, open, silent } from '../../test/console';

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

it('shows a quiet call with what to do, and sounds nothing: the room hears this room', async () => {
  open({ watch: { incidents: [{ ...silent, cause: 'quiet_call', severity: 'emergency' }] } });
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Quiet call for help from the sitter');
  expect(alert).toHaveTextContent('Do not ring the sitter’s phone first.');
  expect(within(screen.getByRole('list', { name: 'What to do' })).getAllByRole('listitem')).toHaveLength(6);
  expect(sound.only).toHaveBeenLastCalledWith(null);
});

it('says whom not to ring on every alarm while a quiet call is open', async () => {
  open({ watch: { incidents: [{ ...silent, id: 'q', cause: 'quiet_call', severity: 'emergency' }, silent] } });
  const alerts = await screen.findAllByRole('alert');
  expect(alerts.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('Do not ring'), expect.stringContaining('Do not ring')]);
  expect(sound.only).toHaveBeenLastCalledWith('alarm');
});

it('shows both times of an answer that waited on the phone, and that nobody signed it', async () => {
  const last = { id: 'l', sequence: 3, severity: 'ok' as const, counted: 'late', source: 'sitter', person: 'ana', answered_at: now - minutes(4), received_at: now - minutes(1), late_micros: minutes(2), signature: 'unsigned', clock_off: false };
  open({ watch: { last, history: [last] } });
  expect(await screen.findByText(/^given at .*, arrived 3 min later$/)).toBeVisible();
  expect(screen.getByText('not signed by the phone')).toBeVisible();
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

it('says what is not seen any more, and whom to ask', async () => {
  const sign = { seen_at: now - minutes(2), silent_since: now - minutes(1) };
  open({ watch: { signs: [{ sign: 'sitter_page', ...sign }, { sign: 'therapist_page', ...sign }, { sign: 'patient_video', seen_at: now, silent_since: null }] } });
  expect(await screen.findByText(/Ana’s phone is not reachable. For 2 min/)).toBeVisible();
  expect(screen.getByText(/Ask Ana now/)).toBeVisible();
  expect(screen.queryByText(/picture is gone/)).toBeNull();
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

it('says what was counted, and that "all well" came without its count', async () => {
  const last = { id: 'l', sequence: 3, severity: 'watch' as const, counted: 'in_time', source: 'sitter', person: 'ana', answered_at: now, received_at: now, late_micros: 0, signature: 'signed', clock_off: false, task: 'left_out' };
  open({ watch: { last, history: [last] } });
  expect(await screen.findByText('“all well” without the count of breaths')).toBeVisible();
});

it('names another sitter and shows the digits to read aloud', async () => {
  const named = [{ person: 'kit', role: 'sitter', first_name: 'Kit', last_initial: 'R', time_zone: 'UTC' }, { person: 'ana', role: 'sitter', first_name: 'Ana', last_initial: 'R', time_zone: 'UTC' }];
  const calls = open({ more: { 'GET /identity/people': named } });
  await userEvent.click(await screen.findByRole('button', { name: 'Someone else sits now' }));
  const who = await screen.findByLabelText('Who sits from now on');
  expect(within(who).queryByText('Ana')).toBeNull();
  await within(who).findByText('Kit');
  await userEvent.selectOptions(who, 'Kit');
  await userEvent.click(screen.getByRole('button', { name: /^Send the link/ }));
  expect(calls.find(({ path }) => path === '/identity/sessions/s/sitter-replacement')?.body).toEqual({ person: 'kit' });
  expect(await screen.findByText('482 913')).toBeVisible();
});
