import { expect, test } from 'vitest';
import { MINUTE } from '../lib/time';
import { asksAgain, isTime, owed, plannedAfter } from './schedule';
import { S, session, watch } from './testing';
import type { Session } from './types';

const due = (minute: number) => ({ sequence: 1, due_at: minute * MINUTE, opens_at: (minute - 2) * MINUTE, deadline_at: (minute + 2) * MINUTE });

test('the standing plan is every 10, then 15, then 20 minutes', () => {
  const minutes = [5];
  for (let at = due(5); minutes.length < 14; minutes.push(at.due_at / MINUTE)) at = plannedAfter(at, 0, 1);
  expect(minutes).toEqual([5, 15, 25, 35, 45, 55, 65, 80, 95, 110, 125, 145, 165, 185]);
});

test('an answer that waits on the phone moves the phone on to the look after it', () => {
  const standing = watch(-MINUTE);
  const dosed = session('dosed', { dose_at: Date.now() * 1000 - 32 * MINUTE }) as unknown as Session;
  const waiting = [{ id: 'a', path: `/checkins/sessions/${S}/checkins`, made_at: 0, body: { sequence: 4, answers: {}, answered_at: Date.now() * 1000 } }];
  expect(owed(standing, dosed, waiting)).toMatchObject({ guessed: true, next: { sequence: 5 } });
  expect(owed(standing, dosed, [])).toMatchObject({ guessed: false, next: { sequence: 4 } });
});

test('an answer from before the look opened does not stand for it', () => {
  const standing = watch(10 * MINUTE);
  const dosed = session('dosed', { dose_at: Date.now() * 1000 }) as unknown as Session;
  const waiting = [{ id: 'a', path: `/checkins/sessions/${S}/checkins`, made_at: 0, body: { sequence: 4, answers: {}, answered_at: Date.now() * 1000 } }];
  expect(owed(standing, dosed, waiting).next?.sequence).toBe(4);
});

test('the page asks a minute before, and never before an answer counts', () => {
  expect(isTime(3.5 * MINUTE, due(5))).toBe(false);
  expect(isTime(4.1 * MINUTE, due(5))).toBe(true);
  expect(isTime(4.1 * MINUTE, { ...due(5), opens_at: 4.5 * MINUTE })).toBe(false);
});

test('a look that nobody took is asked for again until an answer waits or the next one is due', () => {
  const now = Date.now() * 1000;
  const overdue = { sequence: 3, due_at: now - 3 * MINUTE, opens_at: now - 3 * MINUTE, deadline_at: now - MINUTE };
  const silent = watch(5 * MINUTE, { overdue });
  const waiting = [{ id: 'a', path: `/checkins/sessions/${S}/checkins`, made_at: 0, body: { sequence: 3, answers: {}, answered_at: now } }];
  expect(asksAgain(silent, [], silent.next, now)).toEqual(overdue);
  expect(asksAgain(silent, waiting, silent.next, now)).toBeNull();
  expect(asksAgain(silent, [], silent.next, now + 5 * MINUTE)).toBeNull();
  expect(asksAgain(watch(5 * MINUTE), [], silent.next, now)).toBeNull();
});
