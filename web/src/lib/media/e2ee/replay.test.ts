import { describe, expect, it } from 'vitest';
import { ReplayWindow, WINDOW } from './replay';

describe('the replay window', () => {
  it('lets every counter through once', () => {
    const window = new ReplayWindow();
    for (const counter of [0, 1, 2, 5000, 2 ** 40]) {
      expect(window.accept(counter)).toBe(true);
      expect(window.accept(counter)).toBe(false);
      expect(window.isNew(counter)).toBe(false);
    }
  });

  it('lets frames overtake each other', () => {
    const window = new ReplayWindow();
    expect([10, 8, 9, 0, 7].map((counter) => window.accept(counter))).toEqual([true, true, true, true, true]);
    expect([8, 0].map((counter) => window.accept(counter))).toEqual([false, false]);
  });

  it('is exactly as wide as it says', () => {
    const window = new ReplayWindow();
    window.accept(WINDOW + 4);
    expect(window.accept(5)).toBe(true);
    expect(window.accept(4)).toBe(false);
  });

  it('does not mistake a counter for the one a whole window before it', () => {
    const window = new ReplayWindow();
    window.accept(3);
    expect(window.accept(3 + WINDOW)).toBe(true);
    expect(window.accept(3)).toBe(false);
  });

  it('never accepts a counter twice in any order that a network can make', () => {
    const window = new ReplayWindow();
    const accepted: number[] = [];
    let seed = 7;
    for (let sent = 0; sent < 20_000; sent += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const counter = Math.max(0, Math.floor(sent / 2) - (seed % 1500));
      if (window.accept(counter)) accepted.push(counter);
    }
    expect(accepted.length).toBeGreaterThan(5000);
    expect(new Set(accepted).size).toBe(accepted.length);
  });

  it('is not moved by asking', () => {
    const window = new ReplayWindow();
    expect(window.isNew(2 ** 50)).toBe(true);
    expect(window.accept(0)).toBe(true);
  });
});
