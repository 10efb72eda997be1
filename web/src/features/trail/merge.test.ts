import { expect, it } from 'vitest';
import { actionWords, isTheHouse, merge } from './merge';

const entry = (at: number, service: string, sequence: number) => ({ at, service, sequence, actor: 'lee', role: 'therapist', action: 'x', resource: 's' });

it('orders by time, then service, then sequence', () => {
  expect(merge([[entry(2, 'safety', 2), entry(2, 'safety', 1)], [entry(2, 'checkins', 9), entry(1, 'video', 1)]]).map(({ service, sequence }) => `${service}${sequence}`)).toEqual(['video1', 'checkins9', 'safety1', 'safety2']);
});

it('says an action as words', () => {
  expect(actionWords('checkin_answered')).toBe('Checkin answered');
  expect(actionWords('safety.dose_offered.v1')).toBe('Dose offered');
});

it('knows what nobody did', () => {
  expect(['clock', 'bus', 'link', 'therapist'].map((role) => isTheHouse({ ...entry(1, 'safety', 1), role }))).toEqual([true, true, false, false]);
});
