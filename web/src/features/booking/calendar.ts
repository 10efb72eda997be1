// Months and days as plain words: "2026-12", "2026-12-01". A slot belongs to the day it has in the reader's zone.
import type { Slot } from '../../api/types';
import { fromDate, type Micros } from '../../lib/time';

export type Month = string;
export type Day = string;

const parts = (month: Month): [number, number] => [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
const pair = (value: number): string => String(value).padStart(2, '0');

/** The day of an instant in a zone. The Swedish way of writing dates is the ISO way. */
export const dayOf = (at: Micros, time_zone: string): Day => new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at / 1000);

export const monthOf = (day: Day): Month => day.slice(0, 7);

export function shifted(month: Month, by: number): Month {
  const [year, number] = parts(month);
  const date = new Date(Date.UTC(year, number - 1 + by, 1));
  return `${date.getUTCFullYear()}-${pair(date.getUTCMonth() + 1)}`;
}

/** Weeks from Monday; null where the month has no day. */
export function weeksOf(month: Month): (Day | null)[][] {
  const [year, number] = parts(month);
  const lead = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7;
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const cells = Array.from({ length: Math.ceil((lead + length) / 7) * 7 }, (_, index) => {
    const day = index - lead + 1;
    return day < 1 || day > length ? null : `${month}-${pair(day)}`;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** Wide enough for every zone: a day before and after. */
export function boundsOf(month: Month): { from_at: Micros; until_at: Micros } {
  const [year, number] = parts(month);
  return { from_at: fromDate(new Date(Date.UTC(year, number - 1, 0))), until_at: fromDate(new Date(Date.UTC(year, number, 2))) };
}

export function byDay(slots: readonly Slot[], time_zone: string): ReadonlyMap<Day, Slot[]> {
  const days = new Map<Day, Slot[]>();
  for (const slot of slots) {
    const day = dayOf(slot.starts_at, time_zone);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return days;
}

const NOON = 'T12:00:00Z';
const said = (options: Intl.DateTimeFormatOptions) => (day: Day): string => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(day + NOON));
export const dayWords = said({ weekday: 'long', day: 'numeric', month: 'long' });
export const monthWords = (month: Month): string => said({ month: 'long', year: 'numeric' })(`${month}-01`);
/** Monday first; any week will do. */
export const WEEKDAYS: readonly string[] = ['05', '06', '07', '08', '09', '10', '11'].map((day) => said({ weekday: 'short' })(`2026-01-${day}`));
