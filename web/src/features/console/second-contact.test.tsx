import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { sound } from '../../lib/sound';
import { now, open, session, silent } from '../../test/console';

beforeEach(() => void vi.spyOn(sound, 'only').mockImplementation(() => undefined));

const READ = 'GET /identity/sessions/s/second-contact';
const bruno = { standing: 'confirmed', person: 'bruno', first_name: 'Bruno', phone: '+1 555 0199', asked_at: now, answered_at: now };
const people = [{ person: 'bruno', role: 'sitter', first_name: 'Bruno', last_initial: 'R', time_zone: 'UTC' }, { person: 'ana', role: 'sitter', first_name: 'Ana', last_initial: 'R', time_zone: 'UTC' }];

it.each([
  ['none', 'none named', 'soon'],
  ['asked', 'asked, no answer', 'unknown'],
  ['confirmed', 'confirmed', 'ok'],
  ['declined', 'declined', 'late'],
])('shows before the dose that the second contact is %s', async (standing, words, tone) => {
  const nobody = { ...bruno, standing: 'none', person: null, first_name: null, phone: null };
  open({ session: { phase: 'gate', dose_at: null }, more: { [READ]: standing === 'none' ? nobody : { ...bruno, standing } } });
  const card = await screen.findByRole('region', { name: 'Second contact' });
  expect((await within(card).findByText(words)).closest('[data-tone]')).toHaveAttribute('data-tone', tone);
});

it('does not look fine when nobody knows', async () => {
  open({ session: { phase: 'gate', dose_at: null }, more: { [READ]: () => ({ status: 404 }) } });
  const card = await screen.findByRole('region', { name: 'Second contact' });
  expect((await within(card).findByText('Not known whether there is one.')).closest('[data-tone]')).toHaveAttribute('data-tone', 'unknown');
});

it('asks somebody whom the patient has named, and not the sitter', async () => {
  const calls = open({ session: { phase: 'gate', dose_at: null }, more: { 'GET /identity/people': people } });
  await userEvent.click(await screen.findByRole('button', { name: 'Name a second contact' }));
  const who = screen.getByLabelText('Whom to ask');
  await within(who).findByText('Bruno');
  expect(within(who).queryByText('Ana')).toBeNull();
  await userEvent.selectOptions(who, 'Bruno');
  await userEvent.click(screen.getByRole('button', { name: 'Ask whether they can be reached' }));
  expect(calls.find(({ method, path }) => method === 'POST' && path === '/identity/sessions/s/second-contact')?.body).toEqual({ person: 'bruno' });
});

it('says beside an incident that the second contact was called, with their number', async () => {
  const told = [{ person: 'bruno', channel: 'sms', step: 3, state: 'delivered', at: now, latency_micros: null }];
  open({ watch: { incidents: [{ ...silent, step: 3, second_contact: 'called', told }] }, more: { [READ]: bruno } });
  expect(await screen.findByText(/The second contact was called\. Bruno, \+1 555 0199/)).toBeVisible();
  expect(await screen.findByText(/Bruno by text, arrived/)).toBeVisible();
});

it('says why the step left them out', async () => {
  open({ watch: { incidents: [{ ...silent, step: 3, second_contact: 'not_confirmed' }] }, more: { [READ]: { ...bruno, standing: 'asked' } } });
  expect(await screen.findByText(/was not called: they never said/)).toBeVisible();
});

it('says that a second contact took the place, with the digits to read', async () => {
  open({ more: { [READ]: { ...bruno, standing: 'sits' } } });
  expect(await screen.findByText(/Bruno, the second contact, has taken the sitter’s place/)).toBeVisible();
  expect(screen.getByText('482 913')).toBeVisible();
});

it('goes on to name whoever sat when it opened', async () => {
  const members = [['sam', 'patient', 'Sam'], ['bruno', 'sitter', 'Bruno'], ['lee', 'therapist', 'Dr. Lee']].map(([person, role, first_name]) => ({ person, role, first_name, duty: null }));
  const more = { [READ]: { ...bruno, standing: 'sits' }, 'GET /identity/people': people, 'GET /identity/sessions/s/people': members };
  open({ session: { people: { ...session.people, sitter: 'bruno' } }, watch: { incidents: [{ ...silent, sitter: 'ana' }] }, more });
  expect((await screen.findAllByText('No answer from Ana')).length).toBeGreaterThan(0);
  expect(screen.queryByText('No answer from Bruno')).toBeNull();
});
