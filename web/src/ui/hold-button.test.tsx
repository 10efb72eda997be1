import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HoldButton } from './hold-button';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const shown = () => {
  const held = vi.fn();
  render(
    <HoldButton seconds={1} hint="hold 1 s" onHeld={held}>
      Support
    </HoldButton>,
  );
  return { held, button: screen.getByRole('button', { name: /Support/ }) };
};
const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it('acts after it was held', () => {
  const { held, button } = shown();
  fireEvent.pointerDown(button);
  wait(999);
  expect(held).not.toHaveBeenCalled();
  wait(1);
  expect(held).toHaveBeenCalledTimes(1);
});

it('does nothing when let go early', () => {
  const { held, button } = shown();
  fireEvent.pointerDown(button);
  wait(900);
  fireEvent.pointerUp(button);
  wait(2_000);
  expect(held).not.toHaveBeenCalled();
});

it('is held by a key as well', () => {
  const { held, button } = shown();
  fireEvent.keyDown(button, { key: ' ' });
  fireEvent.keyDown(button, { key: ' ', repeat: true });
  wait(1_000);
  expect(held).toHaveBeenCalledTimes(1);
});
