import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { serve, show } from '../../test/house';
import { AnswerPage } from './answer-page';

afterEach(() => history.replaceState(null, '', '/'));

it.each([
  ['Yes, I can be reached', true, 'Keep your phone loud'],
  ['No', false, 'They are told'],
])('says "%s" when it is pressed, and nothing before', async (press, reachable, thanks) => {
  const calls = serve({ 'POST /identity/links/second-contact/question': { starts_at: 1_800_000_000e6, ends_at: 1_800_018_000e6 } });
  location.hash = '#T1';
  show(AnswerPage, { path: '/second-contact' });
  const button = await screen.findByRole('button', { name: press });
  expect(await screen.findByText(/15 Jan.* to .*in the time of this device/)).toBeVisible();
  expect(calls.map(({ path, body }) => [path, body])).toEqual([['/identity/links/second-contact/question', { token: 'T1' }]]);
  expect(location.hash).toBe('');
  await userEvent.click(button);
  expect(await screen.findByText(new RegExp(thanks))).toBeVisible();
  expect(calls.map(({ path, body }) => [path, body]).at(-1)).toEqual(['/identity/links/second-contact', { token: 'T1', reachable }]);
});

it('says what to do when the link cannot be used, or is not whole', async () => {
  const refused = () => ({ status: 410, body: { code: 'link.refused', title: 'This link cannot be used.', detail: 'Ask your clinic for a new one.', fields: [], request_id: '' } });
  serve({ 'POST /identity/links/second-contact/question': refused, 'POST /identity/links/second-contact': refused });
  location.hash = '#T1';
  show(AnswerPage, { path: '/second-contact' });
  expect(await screen.findByText('Ask your clinic for a new one.')).toBeVisible();
  expect(screen.queryByRole('button')).toBeNull();
  history.replaceState(null, '', '/');
  show(AnswerPage, { path: '/second-contact' });
  expect(await screen.findByRole('heading', { name: 'This link is not whole' })).toBeVisible();
});
