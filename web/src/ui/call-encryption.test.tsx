import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Encryption } from '../lib/media/e2ee/agreement';
import { CallEncryption } from './call-encryption';

function show(encryption: Encryption) {
  const onAgree = vi.fn();
  render(<CallEncryption encryption={encryption} nameOf={() => 'Sam'} me="lee" compare="Read these." onAgree={onAgree} />);
  return onAgree;
}

it('shows the six words in their order, with what to do with them', () => {
  const words = ['amber', 'bagel', 'cactus', 'dinghy', 'ferry', 'guitar'];
  show({ kind: 'encrypted', words });
  expect(screen.getByRole('list', { name: 'Safety words' })).toHaveTextContent(words.join(''));
  expect(screen.getByText(/^Read these\./)).toBeVisible();
  expect(screen.queryByRole('button')).toBeNull();
});

it('says that the words are coming while they are worked out', () => {
  show({ kind: 'encrypted', words: null });
  expect(screen.getByText('The six safety words come in a moment.')).toBeVisible();
});

it('opens nothing but by a press', async () => {
  const onAgree = show({ kind: 'asked', who: ['sam'], agreed: false, waits_for: ['sam', 'lee'] });
  expect(onAgree).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'I agree to go on without' }));
  expect(onAgree).toHaveBeenCalledTimes(1);
});

it('goes on saying that a call is open', () => {
  show({ kind: 'open', who: ['sam'] });
  expect(screen.getByRole('status')).toHaveTextContent('Not encrypted end to end');
  expect(screen.queryByRole('button')).toBeNull();
});
