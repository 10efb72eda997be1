import { expect, it } from 'vitest';
import { age, length, list } from './format';
import { countdown, MINUTE, SECOND, tPlus } from './time';
import { uuidv7 } from './uuid';

it('counts down in minutes and seconds, with hours only when there are any', () => {
  expect(countdown(161)).toBe('2:41');
  expect(countdown(3661)).toBe('1:01:01');
});

it('says T+ in protocol minutes, also in a drill', () => {
  expect(tPlus(32 * MINUTE, 0)).toBe('T+00:32');
  expect(tPlus(MINUTE, 0, 60)).toBe('T+01:00');
  expect(tPlus(MINUTE, null)).toBe('T−');
});

it('gives every number an age a person would say', () => {
  expect(age(3 * SECOND, 0)).toBe('just now');
  expect(age(70 * SECOND, 0)).toBe('1 min 10 s ago');
  expect(length(7500)).toBe('2 h 5 min');
});

it('lists things as a sentence does', () => {
  expect(list(['a', 'b', 'c'])).toBe('a, b and c');
});

it('makes command ids that are version 7 and sort by time', () => {
  const [early, late] = [uuidv7(1_700_000_000_000), uuidv7(1_700_000_000_001)];
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
});
