import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND, type Micros } from './time';
import { begin, nextLookMs, step, view, type Input, type Reading, type Said, type State } from './watchkeeper';

/** When the server's clock stood as the laptop was opened. */
const OPENED: Micros = 1_800_000_000 * SECOND;

/** One laptop, one server, and true time between them, in milliseconds. */
class Night {
  true_ms = 0;
  /** Wall clock of the laptop: how wrong it is. */
  wrong_ms = 0;
  /** How much true time the monotonic clock has not counted. */
  slept_ms = 0;
  /** A crystal that runs fast, in parts per million. */
  drift_ppm = 0;
  server_up = true;
  deadline_at: Micros | null = null;
  missed_ats: Micros[] = [];
  round_trip = (): { to_ms: number; from_ms: number } => ({ to_ms: 10, from_ms: 10 });
  said: { at_ms: number; one: Said }[] = [];
  state: State = begin(this.clocks());
  private polled_ms = 0;

  clocks(): Reading {
    return { mono_ms: 50_000 + (this.true_ms - this.slept_ms) * (1 + this.drift_ppm / 1e6), wall_ms: 1_799_999_000_000 + this.true_ms + this.wrong_ms };
  }
  server = (at_ms = this.true_ms): Micros => OPENED + Math.round(at_ms * 1_000);

  take(input: Input): void {
    const { state, said } = step(this.state, input, this.clocks());
    this.state = state;
    this.said.push(...said.map((one) => ({ at_ms: this.true_ms, one })));
  }
  /** The server answers; the question was asked a round trip ago. */
  answer(): void {
    const { to_ms, from_ms } = this.round_trip();
    this.take({ kind: 'heard', age_ms: 0, round_trip_ms: to_ms + from_ms, server_at: this.server(this.true_ms - from_ms), deadline_at: this.deadline_at, missed_ats: this.missed_ats });
  }
  /** Time passes; the page polls every 5 s while the server is up, the keeper looks when it wants to. */
  pass(ms: number): this {
    const until = this.true_ms + ms;
    while (this.true_ms < until) {
      const looks_ms = this.true_ms + nextLookMs(this.state, this.clocks());
      const polls_ms = this.polled_ms + 5_000;
      this.true_ms = Math.min(looks_ms, Math.max(polls_ms, this.true_ms), until);
      if (this.true_ms >= polls_ms) {
        this.polled_ms = this.true_ms;
        if (this.server_up) this.answer();
      }
      if (this.true_ms >= looks_ms) this.take({ kind: 'tick' });
    }
    return this;
  }
  sleep(ms: number): this {
    this.true_ms += ms;
    this.slept_ms += ms;
    this.polled_ms = this.true_ms;
    return this;
  }
  due(in_ms: number): this {
    this.deadline_at = this.server(this.true_ms + in_ms);
    this.answer();
    return this;
  }
  view = () => view(this.state, this.clocks());
  heard = (kind: Said['kind']): number[] => this.said.filter(({ one }) => one.kind === kind).map(({ at_ms }) => at_ms);
  /** Only what a person notices. */
  alarms = (): string[] => this.said.map(({ one }) => one.kind).filter((kind) => kind === 'lost' || kind === 'overdue');
}

let night: Night;
beforeEach(() => {
  night = new Night();
});

describe('monitoring lost', () => {
  beforeEach(() => {
    night.answer();
    night.server_up = false;
  });

  it('says so after 14 s without an answer, once', () => {
    night.pass(60_000);
    expect(night.heard('lost')).toHaveLength(1);
    expect(night.heard('lost')[0]).toBeGreaterThanOrEqual(14_000);
    expect(night.heard('lost')[0]).toBeLessThan(14_050);
    expect(night.view()).toMatchObject({ server: 'lost', lost: true, heard_at: night.server(0) });
  });
  it('does not say so before 14 s', () => {
    night.pass(13_990);
    expect(night.alarms()).toEqual([]);
    expect(night.view().server).toBe('late');
  });
  it('says so too when no answer ever came', () => {
    const never = new Night();
    never.server_up = false;
    never.pass(16_000);
    expect(never.said).toContainEqual(expect.objectContaining({ one: { kind: 'lost', since_at: null } }));
  });
  it('is not deceived by a door that beats while the watch behind it is silent', () => {
    for (let count = 0; count < 4; count += 1) {
      night.take({ kind: 'beat' });
      night.pass(5_000);
    }
    expect(night.alarms()).toEqual(['lost']);
    expect(night.view().door_open).toBe(true);
  });
  it('asks again and again meanwhile', () => {
    night.pass(60_000);
    expect(night.heard('ask').length).toBeGreaterThanOrEqual(9);
  });
  it('says that it is back, and for how long it was away', () => {
    night.pass(43_000);
    night.answer();
    const back = night.said.map(({ one }) => one).find((one) => one.kind === 'back');
    expect(back).toMatchObject({ at: expect.closeTo(night.server(), -5) });
    expect(back?.kind === 'back' && back.away_ms).toBeCloseTo(43_000, -2);
    expect(night.view()).toMatchObject({ server: 'fresh', lost: false });
  });
  it('is lost again when it falls silent again', () => {
    night.pass(20_000);
    night.answer();
    night.pass(20_000);
    expect(night.alarms()).toEqual(['lost', 'lost']);
  });
});

it('never alarms through a quiet hour in which the server answers', () => {
  night.deadline_at = night.server(7_200_000);
  night.pass(3_600_000);
  expect(night.alarms()).toEqual([]);
  expect(night.view().server).toBe('fresh');
});

describe('a look overdue', () => {
  it('is said 5 s after its deadline when the server says neither answer nor miss', () => {
    night.due(60_000).pass(70_000);
    expect(night.heard('overdue')).toEqual([expect.closeTo(65_000, -2)]);
  });
  it('is not said earlier', () => {
    night.due(60_000).pass(64_980);
    expect(night.alarms()).toEqual([]);
  });
  it('is said on time also when the deadline is no whole second', () => {
    night.due(60_437).pass(70_000);
    expect(night.heard('overdue')[0]).toBeGreaterThanOrEqual(65_437);
    expect(night.heard('overdue')[0]).toBeLessThan(65_487);
  });
  it('is said by the own countdown when the server has been gone since long before', () => {
    night.due(120_000);
    night.server_up = false;
    night.pass(130_000);
    expect(night.alarms()).toEqual(['lost', 'overdue']);
    expect(night.heard('overdue')).toEqual([expect.closeTo(125_000, -2)]);
  });
  it('is not said when the sitter answered', () => {
    night.due(60_000).pass(58_000);
    night.deadline_at = night.server(660_000);
    night.pass(30_000);
    expect(night.alarms()).toEqual([]);
  });
  it('is left to the ordinary alarm when the server confirms the miss', () => {
    night.due(60_000).pass(61_000);
    night.missed_ats = [night.server(60_000)];
    night.pass(60_000);
    expect(night.alarms()).toEqual([]);
  });
  it('asks 2 s after the deadline, so that a slow push does not make a false alarm', () => {
    night.due(60_000);
    night.take({ kind: 'tick' });
    night.pass(62_100);
    expect(night.heard('ask').at(-1)).toBeCloseTo(62_000, -2);
  });
  it('is said although an alarm about an earlier look still stands', () => {
    night.missed_ats = [night.server(-600_000)];
    night.due(60_000).pass(66_000);
    expect(night.alarms()).toEqual(['overdue']);
  });
  it('is said once, and is settled when the server has spoken', () => {
    night.due(60_000).pass(120_000);
    expect(night.alarms()).toEqual(['overdue']);
    night.missed_ats = [night.server(60_000)];
    night.pass(6_000);
    expect(night.heard('settled')).toHaveLength(1);
    expect(night.view().overdue).toBe(false);
  });
  it('is not said when no look is due', () => {
    night.pass(3_600_000);
    expect(night.alarms()).toEqual([]);
  });
  it('does not listen to an older answer that was overtaken by a newer one', () => {
    night.due(60_000).pass(58_000);
    const late = { kind: 'heard', age_ms: 0, round_trip_ms: 3_000, server_at: night.server(55_100), deadline_at: night.deadline_at, missed_ats: [] } as const;
    night.deadline_at = night.server(660_000);
    night.answer();
    night.take(late);
    expect(night.view().deadline_at).toBe(night.server(660_000));
  });
});

describe('sleep', () => {
  const woken = (): void => {
    // The worker's timer goes on where it stood: up to a second later it looks.
    night.pass(2_000);
  };

  it('is noticed, and the server is asked at once', () => {
    night.answer();
    night.sleep(1_200_000).pass(1_000);
    expect(night.said.at(0)?.one).toMatchObject({ kind: 'slept', for_ms: expect.closeTo(1_200_000, -3) });
  });
  it('alarms within 2 s of waking when a look went overdue meanwhile', () => {
    night.due(300_000);
    night.server_up = false;
    night.sleep(1_200_000);
    const woke_ms = night.true_ms;
    woken();
    expect(night.alarms()).toContain('overdue');
    expect((night.heard('overdue')[0] ?? Infinity) - woke_ms).toBeLessThanOrEqual(2_000);
    expect((night.heard('lost')[0] ?? Infinity) - woke_ms).toBeLessThanOrEqual(2_000);
  });
  it('alarms at once when the page says that it is visible again', () => {
    night.due(300_000);
    night.server_up = false;
    night.sleep(1_200_000);
    night.take({ kind: 'looked', why: 'visible' });
    night.pass(850);
    expect(night.alarms()).toContain('overdue');
  });
  it('does not alarm when the server answers upon waking that all is well', () => {
    night.due(300_000);
    night.sleep(1_200_000);
    night.take({ kind: 'looked', why: 'resumed' });
    night.deadline_at = night.server(1_800_000);
    night.true_ms += 300;
    night.answer();
    night.pass(60_000);
    expect(night.alarms()).toEqual([]);
  });
  it('counts to the right deadline when nothing went overdue meanwhile', () => {
    night.due(300_000);
    night.server_up = false;
    night.sleep(60_000).pass(260_000);
    expect(night.heard('overdue')).toEqual([expect.closeTo(305_000, -2)]);
  });
  it('ends: then each rule fires at its time again', () => {
    night.due(300_000);
    night.sleep(1_200_000);
    night.deadline_at = night.server(1_260_000);
    night.pass(1_000);
    night.answer();
    night.pass(70_000);
    expect(night.heard('overdue')).toEqual([expect.closeTo(1_265_000, -2)]);
    night.server_up = false;
    const gone_ms = night.true_ms;
    night.pass(20_000);
    expect(night.heard('lost')[0]).toBeGreaterThan(gone_ms + 9_000);
  });
  it('does not believe an answer that was under way before it', () => {
    night.due(300_000);
    night.server_up = false;
    const before = { kind: 'heard', age_ms: 0, round_trip_ms: 20, server_at: night.server(), deadline_at: night.deadline_at, missed_ats: [] } as const;
    night.sleep(1_200_000);
    night.take(before);
    woken();
    expect(night.alarms()).toContain('overdue');
  });
  it('is noticed on a machine whose clock counts it: a frozen page asks first and judges after', () => {
    night.due(300_000);
    night.server_up = false;
    night.true_ms += 1_200_000;
    night.take({ kind: 'tick' });
    expect(night.heard('slept')).toHaveLength(1);
    expect(night.alarms()).toEqual([]);
    night.pass(2_000);
    expect(night.alarms()).toEqual(['lost', 'overdue']);
  });
  it('does not put the judgement off again and again on a machine that stutters', () => {
    night.due(30_000);
    night.server_up = false;
    for (let count = 0; count < 4; count += 1) {
      night.true_ms += 11_000;
      night.take({ kind: 'tick' });
    }
    expect(night.alarms()).toContain('lost');
    expect(night.alarms()).toContain('overdue');
  });
});

describe('a wrong wall clock', () => {
  it('changes nothing when it is wrong all the time', () => {
    night.wrong_ms = -86_400_000;
    night.state = begin(night.clocks());
    night.due(60_000).pass(70_000);
    expect(night.heard('overdue')).toEqual([expect.closeTo(65_000, -2)]);
    expect(night.heard('slept')).toEqual([]);
  });
  it('changes nothing when it is set forward and the server answers', () => {
    night.due(600_000).pass(30_000);
    night.wrong_ms = 3_600_000;
    night.take({ kind: 'tick' });
    night.true_ms += 100;
    night.answer();
    night.pass(60_000);
    expect(night.alarms()).toEqual([]);
    expect(night.view().left_ms).toBeCloseTo(600_000 - night.true_ms, -2);
  });
  it('changes nothing when it is set back', () => {
    night.due(60_000).pass(20_000);
    night.wrong_ms = -3_600_000;
    night.pass(50_000);
    expect(night.heard('slept')).toEqual([]);
    expect(night.heard('overdue')).toEqual([expect.closeTo(65_000, -2)]);
  });
});

it('keeps every deadline to 250 ms through two hours of bad lines, a fast crystal and a wall clock that jumps', () => {
  let seed = 7;
  const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  night.drift_ppm = 80;
  // Up to 1.5 s there and 0.4 s back, and one answer in ten on a good line.
  night.round_trip = () => (chance() < 0.1 ? { to_ms: 20 + 60 * chance(), from_ms: 20 } : { to_ms: 1_500 * chance(), from_ms: 400 * chance() });
  night.due(600_000);
  night.pass(120_000);
  let worst_ms = 0;
  for (let count = 0; count < 120; count += 1) {
    if (count % 10 === 3) night.wrong_ms += count % 20 === 3 ? 900 : -900;
    if (count % 10 === 9) night.deadline_at = night.server(night.true_ms + 600_000);
    night.pass(59_000 + 2_000 * chance());
    // Half of the time the server is gone for a minute; what is known must do.
    night.server_up = count % 2 === 0 || count % 10 === 9;
    const { left_ms, deadline_at } = night.view();
    if (left_ms !== null && deadline_at !== null) worst_ms = Math.max(worst_ms, Math.abs(left_ms - (deadline_at - night.server()) / 1_000));
  }
  expect(night.true_ms).toBeGreaterThan((2 * 60 * MINUTE) / 1_000);
  expect(worst_ms).toBeGreaterThan(0);
  expect(worst_ms).toBeLessThanOrEqual(250);
});

describe('the watchdog', () => {
  it('is not set up until somebody says that there is one', () => {
    night.pass(120_000);
    expect(night.view().watchdog).toBe('not_set_up');
  });
  it('is late after 30 s and lost after 60 s without a word, and alarms nobody by itself', () => {
    night.take({ kind: 'watchdog_expected' });
    night.take({ kind: 'watchdog_heard', word: 'ok' });
    night.pass(29_900);
    expect(night.view()).toMatchObject({ watchdog: 'fresh', watchdog_word: 'ok' });
    night.pass(200);
    expect(night.view().watchdog).toBe('late');
    night.pass(29_900);
    expect(night.view().watchdog).toBe('lost');
    expect(night.alarms()).toEqual([]);
    night.take({ kind: 'watchdog_heard', word: 'silent' });
    expect(night.view()).toMatchObject({ watchdog: 'fresh', watchdog_word: 'silent' });
  });
  it('is as old as the sleep was long', () => {
    night.take({ kind: 'watchdog_expected' });
    night.take({ kind: 'watchdog_heard', word: 'ok' });
    night.sleep(45_000).pass(1_100);
    expect(night.view().watchdog).toBe('late');
  });
});
