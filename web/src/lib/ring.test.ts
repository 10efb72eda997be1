import { describe, expect, it } from 'vitest';
import { ringShape, ringState, type RingInput } from './ring';
import { MINUTE, SECOND } from './time';

const turn: RingInput = { now: 0, from_at: 0, due_at: 10 * MINUTE, deadline_at: 12 * MINUTE, alarm: false, stale: false };
const kindAt = (now: number) => ringState({ ...turn, now }).kind;

describe('the ring', () => {
  it('drains from full to empty over the turn', () => {
    expect(ringState(turn).left).toBe(1);
    expect(ringState({ ...turn, now: 5 * MINUTE }).left).toBe(0.5);
    expect(ringState({ ...turn, now: 10 * MINUTE }).left).toBe(0);
  });

  it('is soon in the last twenty seconds, then in grace, then late', () => {
    expect(kindAt(10 * MINUTE - 21 * SECOND)).toBe('waiting');
    expect(kindAt(10 * MINUTE - 20 * SECOND)).toBe('soon');
    expect(kindAt(10 * MINUTE)).toBe('grace');
    expect(kindAt(12 * MINUTE - 1)).toBe('grace');
    expect(kindAt(12 * MINUTE)).toBe('late');
  });

  it('shows the grace as a second ring that drains', () => {
    expect(ringState({ ...turn, now: 11 * MINUTE }).grace_left).toBe(0.5);
    expect(ringShape(ringState({ ...turn, now: 11 * MINUTE }), 144).grace).not.toBeNull();
    expect(ringShape(ringState(turn), 144).grace).toBeNull();
  });

  it('is never "waiting" when the server is silent', () => {
    expect(ringState({ ...turn, stale: true }).kind).toBe('unknown');
    expect(ringState({ ...turn, due_at: null, stale: true }).kind).toBe('unknown');
  });

  it('is an alarm before anything else', () => {
    expect(ringState({ ...turn, alarm: true, stale: true }).kind).toBe('alarm');
  });

  it('opens its gap clockwise from twelve', () => {
    const { left } = ringShape(ringState({ ...turn, now: 5 * MINUTE }), 144);
    const [drawn = 0, around = 0] = left.dasharray.split(' ').map(Number);
    expect(drawn).toBeCloseTo(around / 2, 1);
    expect(Number(left.dashoffset)).toBeCloseTo(-around / 2, 1);
  });
});
