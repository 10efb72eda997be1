import { expect, test } from 'vitest';
import { taskOf } from './task';

const ids = ['51', '52', '53', '54'].map((end) => `018f0000-0000-7000-9000-0000000000${end}`);
const asked = (session: string, pace: number): number[] => Array.from({ length: 12 }, (_, index) => index + 2).filter((sequence) => taskOf(session, sequence, pace) !== null);

test('the phone draws the same looks as the server', () => {
  // The same numbers stand in services/checkins/core/src/task.rs.
  expect(ids.map((session) => asked(session, 1))).toEqual([[3, 8, 12], [2, 6, 12], [2, 4, 7, 9, 13], [7]]);
});

test('a drill too fast to count in asks nothing', () => {
  expect(ids.flatMap((session) => asked(session, 10))).toEqual([]);
});
