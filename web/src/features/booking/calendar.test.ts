import { expect, test } from 'vitest';
import { byDay, dayOf, shifted, weeksOf } from './calendar';

const NINE_CHICAGO = Date.UTC(2026, 11, 1, 15) * 1000;
const slot = (starts_at: number) => ({ starts_at, ends_at: starts_at + 4 * 3600e6, on_call: null, local: '' });

test('a time belongs to the day it has where the reader is', () => {
  const late = slot(Date.UTC(2026, 11, 2, 3) * 1000);
  expect(dayOf(NINE_CHICAGO, 'America/Chicago')).toBe('2026-12-01');
  expect([...byDay([late], 'America/Chicago').keys()]).toEqual(['2026-12-01']);
  expect([...byDay([late], 'Europe/Berlin').keys()]).toEqual(['2026-12-02']);
});

test('a month is whole weeks from Monday', () => {
  const weeks = weeksOf('2026-12');
  expect(weeks[0]).toEqual([null, '2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04', '2026-12-05', '2026-12-06']);
  expect(weeks.flat().filter((day) => day !== null)).toHaveLength(31);
});

test('the month after December is in the next year', () => expect(shifted('2026-12', 1)).toBe('2027-01'));
