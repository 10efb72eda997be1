import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { lee, serve, show } from '../../test/house';
import { session } from '../../test/console';
import { SecondContact } from './second-contact';

const sam = { ...lee, person: 'sam', role: 'patient' as const, first_name: 'Sam' };
const named = [{ person: 'ana', role: 'sitter', first_name: 'Ana', last_initial: 'R', time_zone: 'UTC' }, { person: 'bruno', role: 'sitter', first_name: 'Bruno', last_initial: 'R', time_zone: 'UTC' }];
const nobody = { standing: 'none', person: null, first_name: null, phone: null, asked_at: null, answered_at: null };

function open(known: object | undefined, more: Record<string, unknown> = {}) {
  const calls = serve({ 'GET /identity/people': named, 'GET /safety/sessions/s': session, ...(known === undefined ? {} : { 'GET /identity/sessions/s/second-contact': known }), ...more });
  show(() => <SecondContact session="s" />, { me: sam });
  return calls;
}

it('asks somebody who was named before, and never offers the sitter', async () => {
  const calls = open(nobody);
  expect(await screen.findByText('nobody named')).toBeVisible();
  const who = await screen.findByLabelText('Somebody you have named before');
  await within(who).findByText('Bruno');
  expect(within(who).queryByText('Ana')).toBeNull();
  await userEvent.selectOptions(who, 'Bruno');
  await userEvent.click(screen.getByRole('button', { name: 'Ask this person' }));
  expect(calls.find(({ method }) => method === 'POST')).toMatchObject({ path: '/identity/sessions/s/second-contact', body: { person: 'bruno' } });
});

it('names somebody new in the way a sitter is named, and asks them', async () => {
  const calls = open(nobody, { 'POST /identity/sitters': { person: 'kit' } });
  await userEvent.click(await screen.findByRole('button', { name: 'Name somebody new' }));
  for (const [label, text] of [['First name', 'Kit'], ['Last name', 'Reyes'], ['E-mail', 'kit@town.example'], ['Phone', '+1 555 0101']] as const) await userEvent.type(screen.getByLabelText(label), text);
  await userEvent.click(screen.getByRole('checkbox'));
  await userEvent.click(screen.getByRole('button', { name: 'Name this person' }));
  await screen.findByRole('button', { name: 'Name this person' }).catch(() => null);
  expect(calls.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])).toEqual([
    ['/identity/sitters', { first_name: 'Kit', last_name: 'Reyes', email: 'kit@town.example', phone: '+1 555 0101', adult: true }],
    ['/identity/sessions/s/second-contact', { person: 'kit' }],
  ]);
});

it('says why the sitter’s own telephone is no second way', async () => {
  const problem = { code: 'second_contact.sits', title: 'The second contact and the sitter are two people.', detail: 'Name somebody else.', fields: [], request_id: '' };
  open(nobody, { 'POST /identity/sessions/s/second-contact': () => ({ status: 422, body: problem }) });
  const who = await screen.findByLabelText('Somebody you have named before');
  await within(who).findByText('Bruno');
  await userEvent.selectOptions(who, 'Bruno');
  await userEvent.click(screen.getByRole('button', { name: 'Ask this person' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Name somebody else.');
});

it.each([
  ['asked', 'asked, no answer yet', 'unknown'],
  ['confirmed', 'can be reached', 'ok'],
  ['declined', 'cannot be reached', 'late'],
])('shows %s as "%s"', async (standing, words, tone) => {
  open({ ...nobody, standing, person: 'bruno', first_name: 'Bruno', asked_at: 1 });
  expect((await screen.findByText(words)).closest('[data-tone]')).toHaveAttribute('data-tone', tone);
  expect(screen.getByText('You named Bruno.')).toBeVisible();
});

it('does not look well when it is not known', async () => {
  open(undefined);
  expect(await screen.findByText('Whether somebody is named is not known right now.')).toBeVisible();
  expect(document.querySelector('[data-tone]')).toBeNull();
});
