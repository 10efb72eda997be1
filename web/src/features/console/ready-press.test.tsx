import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sound } from '../../lib/sound';
import { open } from '../../test/console';

const waiting = { phase: 'gate', dose_at: null, protocol_phase: null, ready: { patient: true, sitter: true, therapist: false } } as const;

beforeEach(() => {
  vi.spyOn(sound, 'only').mockImplementation(() => undefined);
  vi.spyOn(sound, 'play').mockImplementation(() => undefined);
  vi.spyOn(sound, 'unlock').mockResolvedValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

it('takes "I am ready" only once the alarm was heard on this screen', async () => {
  const calls = open({ session: waiting, more: { 'POST /checkins/sessions/s/screen-test': { at: 1 }, 'POST /safety/sessions/s/ready': { at: 1 } } });
  const asked = (path: string): boolean => calls.some((call) => call.method === 'POST' && call.path === path);
  const ready = await screen.findByRole('button', { name: 'I am ready' });
  expect(ready).toHaveAccessibleDescription('Test the alarm first, and say that you heard it.');
  await userEvent.click(ready);
  await userEvent.click(screen.getByRole('button', { name: 'Test the alarm' }));
  await userEvent.click(ready);
  expect(asked('/safety/sessions/s/ready')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'I heard it' }));
  expect(await screen.findByText('The alarm was heard on this screen.')).toBeVisible();
  expect(asked('/checkins/sessions/s/screen-test')).toBe(true);
  await userEvent.click(ready);
  expect(asked('/safety/sessions/s/ready')).toBe(true);
});

it('asks for the test in each session anew', async () => {
  sessionStorage.setItem('holdspace.heard.another', '1');
  open({ session: waiting });
  expect(await screen.findByRole('button', { name: 'I am ready' })).toHaveAccessibleDescription(/Test the alarm first/);
});
