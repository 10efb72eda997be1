import { expect, test } from 'vitest';
import type { RosterStretch } from '../../api/types';
import { HOUR } from '../../lib/time';
import { daysOf, gapsAhead, midnight } from './roster-days';

const DAY = midnight(Date.UTC(2026, 10, 23, 12) * 1000);
const stretch = (from: number, until: number, person: string | null): RosterStretch => ({ from_at: DAY + from * HOUR, until_at: DAY + until * HOUR, person, taken_over: false, instead_of: null });

test('a night is cut at midnight and stands on both days', () => {
  const [first, second] = daysOf([stretch(20, 32, 'noor')], DAY, 2);
  expect(first?.parts.map(({ left, width }) => [Math.round(left), Math.round(width)])).toEqual([[83, 17]]);
  expect(second?.parts.map(({ left, width }) => [Math.round(left), Math.round(width)])).toEqual([[0, 33]]);
});

test('a gap that is over is nobody’s to fill, one that runs is', () => {
  const gaps = gapsAhead([stretch(0, 2, null), stretch(2, 5, 'noor'), stretch(5, 9, null)], DAY + 6 * HOUR);
  expect(gaps.map(({ from_at }) => (from_at - DAY) / HOUR)).toEqual([5]);
});
