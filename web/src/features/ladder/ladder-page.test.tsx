import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { LadderView, Rung } from '../../api/types';
import { lee, serve, show } from '../../test/house';
import { LadderPage } from './ladder-page';
import { stepWords } from './steps';

const first: Rung = { after_seconds: 0, who: ['therapist', 'sitter'], channels: ['screen', 'push'], order: 'parallel', gap_seconds: 15 };
const second: Rung = { after_seconds: 60, who: ['on_call', 'prescriber'], channels: ['mail', 'sms', 'voice'], order: 'serial', gap_seconds: 20 };
const ladder = { rungs: [first, second], repeat_seconds: 60, hold_seconds: 120 };
const view: LadderView = { published: null, proposed: null, shipped: ladder, missing: ['No alarm goes out by text message: set up [telephony].'], bounds: [{ field: 'after_seconds', least: 10, most: 120, why: 'two minutes without breath do harm' }] };
const kaya = { ...lee, person: 'kaya', role: 'prescriber' as const };
const names = { 'GET /identity/people': [] };

afterEach(() => sessionStorage.clear());

test('a step reads as a sentence: who, by what, in which order', () => {
  expect(stepWords(second)).toBe('Whoever is on call then and the prescriber, by mail, text and call; one after the other, 20 s apart, until somebody answers.');
});

test('a bound stands at its field, with its reason, and so does the server’s no; what was typed stays', async () => {
  const fault = { name: 'rungs/1/after_seconds', code: 'ladder.bound', detail: '10 to 120: below 10 s nobody can have answered.', owner: null };
  serve({ ...names, 'GET /checkins/ladder': view, 'POST /checkins/ladder': () => ({ status: 422, body: { code: 'field.invalid', title: 'No', detail: 'Look at the fields.', fields: [fault] } }) });
  const { unmount } = show(LadderPage, { path: '/ladder', me: kaya });
  expect(await screen.findByText('No alarm goes out by text message: set up [telephony].')).toBeInTheDocument();
  const after = screen.getByLabelText('Seconds after the step before');
  expect(after).toHaveAccessibleDescription(/10 to 120: two minutes without breath do harm\./);
  await userEvent.clear(after);
  await userEvent.type(after, '5');
  await userEvent.type(screen.getByLabelText('Why'), 'Sooner is better at night.');
  await userEvent.click(screen.getByRole('button', { name: 'Propose' }));
  expect((await screen.findAllByText('10 to 120: below 10 s nobody can have answered.')).length).toBeGreaterThan(0);
  expect(after).toHaveValue('5');
  unmount();
  show(LadderPage, { path: '/ladder', me: kaya });
  expect(await screen.findByLabelText('Why')).toHaveValue('Sooner is better at night.');
});

test('nobody agrees with themselves, and two without a prescriber do not count', async () => {
  const proposed = { version: 3, ladder, reason: 'Sooner is better at night.', proposed_by: 'kaya', proposed_role: 'prescriber' as const, proposed_at: 1, published_by: null, published_at: null };
  serve({ ...names, 'GET /checkins/ladder': { ...view, proposed } });
  const { unmount } = show(LadderPage, { path: '/ladder', me: kaya });
  expect(await screen.findByText('You proposed it. Somebody else has to agree.')).toBeInTheDocument();
  unmount();
  serve({ ...names, 'GET /checkins/ladder': { ...view, proposed: { ...proposed, proposed_by: 'jo', proposed_role: 'admin' as const } } });
  show(LadderPage, { path: '/ladder', me: { ...lee, person: 'sol', role: 'admin' as const } });
  expect(await screen.findByText('One of the two has to be a prescriber.')).toBeInTheDocument();
});
