import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Me, Rehearsal } from '../../api/types';
import { session } from '../../test/console';
import { lee, serve, show } from '../../test/house';
import { RehearsePage } from './rehearse-page';

const at = (seconds: number) => 1_800_000_000_000_000 + seconds * 1_000_000;

const rehearsed: Rehearsal = {
  id: 'r', kind: 'sitter_asleep', began_at: at(0), began_by: 'mia', taken_by: 'lee', came: 2, due: 3,
  lines: [
    { mark: 'noticed', due_by: at(92), came_at: at(90), standing: 'came' },
    { mark: 'outside_told', due_by: at(157), came_at: null, standing: 'not_needed' },
    { mark: 'taken', due_by: at(210), came_at: at(100), standing: 'came' },
    { mark: 'closed', due_by: at(690), came_at: null, standing: 'missed' },
  ],
};

function open({ drill = true, rehearsals = [] as Rehearsal[], me = {} as Partial<Me> } = {}) {
  const calls = serve({
    'GET /safety/sessions/s': { ...session, drill },
    'GET /checkins/sessions/s/rehearsals': rehearsals,
    'GET /identity/sessions/s/people': [{ person: 'lee', role: 'therapist', first_name: 'Dr. Lee', duty: null }],
    'POST /checkins/sessions/s/rehearsals': { id: 'r', began_at: at(0), deadline_at: at(90) },
  });
  show(RehearsePage, { path: '/rehearse/$session', at: '/rehearse/s', me: { ...lee, ...me } });
  return calls;
}

it('plays nothing in a session with a real patient', async () => {
  open({ drill: false });
  expect(await screen.findByText(/^This is no drill\./)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Begin/ })).not.toBeInTheDocument();
});

it('begins what was chosen, and plays the reading itself where the therapist may', async () => {
  const calls = open();
  await userEvent.click(await screen.findByRole('button', { name: 'Begin: A reading of 190 over 110' }));
  await expect.poll(() => calls.find(({ path }) => path === '/safety/sessions/s/vitals')?.body).toMatchObject({ systolic: 190, diastolic: 110, moment: 'during' });
  expect(calls.find(({ method, path }) => method === 'POST' && path === '/checkins/sessions/s/rehearsals')?.body).toEqual({ kind: 'pressure' });
});

it('asks a coordinator to have it typed instead', async () => {
  const calls = open({ me: { role: 'coordinator' } });
  expect(await screen.findByText('Then have the sitter or the therapist type 190 over 110.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Begin: A reading of 190 over 110' }));
  expect(calls.some(({ path }) => path === '/safety/sessions/s/vitals')).toBe(false);
});

it('shows what was expected, when it came, who took it and what did not come', async () => {
  open({ rehearsals: [rehearsed] });
  const score = await screen.findByRole('article', { name: 'The sitter has fallen asleep' });
  // The name comes with the clinic's people.
  await expect.poll(() => score.textContent).toContain('2 of 3 came in time. Dr. Lee took it.');
  const lines = within(score).getAllByRole('listitem').map((line) => line.textContent);
  expect(lines[0]).toMatch(/^The incident opensat \d\d:\d\d:\d\d, due by \d\d:\d\d:\d\d●in time$/);
  expect(lines[1]).toMatch(/not needed any more$/);
  expect(lines[3]).toMatch(/^Somebody says what came of itby \d\d:\d\d:\d\d◑did not come$/);
});
