import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { serve, show } from '../../test/house';
import { AcknowledgePage } from './press-page';

afterEach(() => history.replaceState(null, '', '/'));

it('does nothing until it is pressed', async () => {
  const calls = serve({});
  location.hash = '#T1';
  show(AcknowledgePage, { path: '/ack' });
  const press = await screen.findByRole('button', { name: "I'm on it" });
  expect(calls).toHaveLength(0);
  await userEvent.click(press);
  expect(await screen.findByRole('heading', { name: 'You are on it' })).toBeVisible();
  expect(calls.map(({ path, body }) => [path, body])).toEqual([['/checkins/links/acknowledge', { token: 'T1' }]]);
});

it('takes the token off the address', async () => {
  serve({});
  location.hash = '#T1';
  show(AcknowledgePage, { path: '/ack' });
  await screen.findByRole('button');
  expect(location.hash).toBe('');
});

it('says what to do when the link is not whole', async () => {
  serve({});
  show(AcknowledgePage, { path: '/ack' });
  expect(await screen.findByRole('heading', { name: 'This link is not whole' })).toBeVisible();
});
