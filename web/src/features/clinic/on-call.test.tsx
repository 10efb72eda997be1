import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Roster, RosterStretch } from '../../api/types';
import { HOUR } from '../../lib/time';
import { toLocal } from '../../lib/zones';
import { lee, serve, show, type Call } from '../../test/house';
import { OnCallCard } from './on-call';
import { midnight } from './roster-days';

const START = midnight(Date.now() * 1000);
const stretch = (from: number, until: number, person: string | null): RosterStretch => ({ from_at: START + from * HOUR, until_at: START + until * HOUR, person, taken_over: false, instead_of: null });
const people = [
  { person: 'lee', first_name: 'Dr. Lee', last_initial: 'L', role: 'therapist' },
  { person: 'noor', first_name: 'Noor', last_initial: 'H', role: 'coordinator' },
];

function serving(stretches: RosterStretch[], taken: (call: Call) => unknown = () => ({ body: { id: 'e' } })): Call[] {
  const roster: Roster = { stretches, weekly: [], dated: [], near_until_at: START + 72 * HOUR };
  const week = `/scheduling/on-call/calendar?from_at=${START}&until_at=${midnight(START, 7)}`;
  return serve({ 'GET /identity/people': people, [`GET ${week}`]: roster, 'POST /scheduling/on-call/overrides': taken });
}

test('a gap within three days is red, says what it means, and fills the form', async () => {
  const calls = serving([stretch(0, 48, 'noor'), stretch(48, 60, null), stretch(60, 120, 'noor'), stretch(120, 168, null)]);
  show(OnCallCard);
  const gaps = within(await screen.findByRole('list', { name: 'Gaps ahead' })).getAllByRole('listitem');
  expect(gaps.map((gap) => gap.dataset.near)).toEqual(['true', undefined]);
  expect(gaps[0]).toHaveTextContent('No session can be booked into it.');
  await userEvent.click(within(gaps[0] as HTMLElement).getByRole('button'));
  expect(screen.getByLabelText('From')).toHaveValue(toLocal(START + 48 * HOUR));
  await userEvent.click(screen.getByRole('button', { name: 'Take over' }));
  const sent = calls.find(({ method }) => method === 'POST')?.body;
  expect(sent).toMatchObject({ person: 'lee', from: toLocal(START + 48 * HOUR), until: toLocal(START + 60 * HOUR), from_choice: null });
});

test('a time that the clocks show twice is asked about at its field, and nothing typed is lost', async () => {
  const fault = { name: 'until', code: 'time.repeated', detail: 'The clocks go back then, so that time happens twice; say which one is meant.', owner: null };
  serving([stretch(0, 168, 'noor')], () => ({ status: 422, body: { code: 'field.invalid', title: 'No', detail: 'Look at the fields.', fields: [fault] } }));
  show(OnCallCard, { me: { ...lee, person: 'noor', role: 'coordinator' } });
  expect(await screen.findByText('No gap in these seven days')).toBeInTheDocument();
  const [part] = screen.getAllByRole('button', { name: /Noor, 00:00 to 00:00\. Take this time over/ });
  await userEvent.click(part as HTMLElement);
  await userEvent.click(screen.getByRole('button', { name: 'Take over' }));
  expect(await screen.findByLabelText('Until: the clocks may show this twice')).toBeInTheDocument();
  expect(screen.getByLabelText('Until')).toHaveValue(toLocal(START + 168 * HOUR));
});
