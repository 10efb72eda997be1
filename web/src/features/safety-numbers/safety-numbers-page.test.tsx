import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve, show } from '../../test/house';
import { exactly, perCent } from './lengths';
import { SafetyNumbersPage } from './safety-numbers-page';

const nothing = { known: 0, unknown: 0, p50_micros: null, p95_micros: null, p99_micros: null, worst_micros: null, bar_micros: 1_000_000, verdict: 'unknown' };
const none = { part: 0, whole: 0, bar_one_in: null, verdict: 'no_bar' };
const empty = { sessions: 0, incidents: 0, detect: nothing, screen: nothing, page: nothing, acknowledge: nothing, resolve: { ...nothing, bar_micros: null, verdict: 'no_bar' }, missed: none, false_alarms: { ...none, bar_one_in: 20, verdict: 'unknown' }, pager: none };
const some = {
  ...empty,
  sessions: 14,
  incidents: 3,
  detect: { ...nothing, known: 3, unknown: 1, p50_micros: 250_000, worst_micros: 1_350_000 },
  missed: { ...none, part: 3, whole: 140 },
  false_alarms: { part: 2, whole: 14, bar_one_in: 20, verdict: 'unknown' },
};
const answer = (real: unknown, drills: unknown, days = 30) => ({ days, since_at: 0, until_at: 1_000_000, real, drills });

afterEach(() => vi.unstubAllGlobals());

const region = async (name: string) => within(await screen.findByRole('region', { name }));

describe('the safety numbers', () => {
  it('says unknown with how many sessions, and never zero seconds or a hundred per cent', async () => {
    serve({ 'GET /checkins/numbers?days=30': answer(empty, empty) });
    show(SafetyNumbersPage);
    const real = await region('Real sessions');
    expect(real.getAllByText('unknown: 0 sessions')).toHaveLength(8);
    expect(real.queryByText(/^(0 ms|0 s|0 %|100 %|within the bar)$/)).toBeNull();
  });

  it('shows each number with what it rests on, what it counts and its bar', async () => {
    serve({ 'GET /checkins/numbers?days=30': answer(some, empty) });
    show(SafetyNumbersPage);
    const real = await region('Real sessions');
    const noticed = within(real.getByRole('region', { name: 'Noticed' }));
    expect(noticed.getByText('250 ms')).toBeInTheDocument();
    expect(noticed.getByText('1.4 s')).toBeInTheDocument();
    expect(noticed.getAllByText('too few to say')).toHaveLength(2);
    expect(noticed.getByText('from 3; of 1 more nobody knows')).toBeInTheDocument();
    expect(noticed.getByText('Bar: 99 of 100 within 1.0 s.')).toBeInTheDocument();
    const alarms = within(real.getByRole('region', { name: 'False alarms' }));
    expect(alarms.getByText('2 in 14 sessions')).toBeInTheDocument();
    expect(alarms.getByText('Bar: fewer than 1 in 20 sessions.')).toBeInTheDocument();
    expect(alarms.queryByText(/%/)).toBeNull();
    expect(within(real.getByRole('region', { name: 'Missed looks' })).getByText('2.2 %')).toBeInTheDocument();
  });

  it('keeps drills apart, and looks further back when asked', async () => {
    const calls = serve({ 'GET /checkins/numbers?days=30': answer(empty, some), 'GET /checkins/numbers?days=90': answer(some, empty, 90) });
    show(SafetyNumbersPage);
    expect((await region('Drills')).getByText('14 sessions · 3 incidents')).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText('Over'), { target: { value: '90' } });
    expect(await screen.findByText('250 ms')).toBeInTheDocument();
    expect(calls.map(({ path }) => path)).toContain('/checkins/numbers?days=90');
    expect((await region('Real sessions')).getByText('14 sessions · 3 incidents')).toBeInTheDocument();
  });

  it('never rounds towards the better', () => {
    expect([exactly(1), exactly(999_001), exactly(1_000_001), exactly(65_000_001)]).toEqual(['1 ms', '1000 ms', '1.1 s', '1 min 6 s']);
    expect([perCent(1, 1_000), perCent(1, 1_001), perCent(0, 100)]).toEqual(['0.1', '0.1', '0.0']);
  });
});
