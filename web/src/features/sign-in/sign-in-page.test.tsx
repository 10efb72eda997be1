import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { serve, show } from '../../test/house';
import { SignInPage } from './sign-in-page';

async function fill(): Promise<void> {
  await userEvent.type(await screen.findByLabelText('E-mail'), 'lee@example.org');
  await userEvent.type(screen.getByLabelText('Password'), 'long enough');
  await userEvent.type(screen.getByLabelText('Code'), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

it('sends all three at once', async () => {
  const calls = serve({ 'POST /identity/sign-in': { role: 'therapist', next: '/' } });
  show(SignInPage, { path: '/sign-in' });
  await fill();
  expect(calls[0]?.body).toEqual({ email: 'lee@example.org', password: 'long enough', totp: '123456' });
});

it('says what was wrong without saying which', async () => {
  serve({ 'POST /identity/sign-in': () => ({ status: 401, body: { code: 'identity.no_match', title: 'That did not match', detail: 'Check all three.', status: 401, fields: [] } }) });
  show(SignInPage, { path: '/sign-in' });
  await fill();
  expect(await screen.findByRole('alert')).toHaveTextContent('Check all three.');
});

it('cannot be pressed while something is missing, and says so', async () => {
  const calls = serve({});
  show(SignInPage, { path: '/sign-in' });
  const press = await screen.findByRole('button', { name: 'Sign in' });
  expect(press).toHaveAccessibleDescription('Fill in all three.');
  await userEvent.click(press);
  expect(calls).toHaveLength(0);
});
