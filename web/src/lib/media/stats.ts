/**
 * What a connection says of itself, as one score a person can read. Thresholds: video.md §8.
 */

import type { Quality, Score } from './types';

/** How much the newest reading counts: a reading every second, smoothed over about three. */
const NEWEST = 0.33;

type Totals = { received: number; lost: number; frames: Map<string, number>; encoded: number | null };

/** One reading. `frames` counts decoded frames by mid, so that a still picture can be told; `encoded` the own, null where none are sent. */
export type Reading = Omit<Quality, 'score' | 'audio_only'> & { score: number; frames: ReadonlyMap<string, number>; encoded: number | null };

/** Reads one peer connection again and again. */
export class Gauge {
  #before: Totals | null = null;
  #smooth: number | null = null;

  async read(connection: RTCPeerConnection): Promise<Reading> {
    const report = [...(await connection.getStats()).values()] as Row[];
    const now = totals(report);
    const loss = Math.max(lossBetween(this.#before, now), farLoss(report));
    this.#before = now;
    const pair = report.find((row) => row.type === 'candidate-pair' && row.nominated === true && row.state === 'succeeded');
    const roundTrip = pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000);
    const jitter = Math.round(Math.max(0, ...report.filter(isInbound).map((row) => (row.jitter ?? 0) * 1000)));
    const raw = rate(loss, roundTrip, jitter);
    this.#smooth = this.#smooth === null ? raw : this.#smooth + NEWEST * (raw - this.#smooth);
    return {
      score: this.#smooth,
      round_trip_ms: roundTrip,
      loss_percent: Math.round(loss * 10) / 10,
      jitter_ms: jitter,
      uplink_kbps: pair?.availableOutgoingBitrate === undefined ? null : Math.round(pair.availableOutgoingBitrate / 1000),
      frames: now.frames,
      encoded: now.encoded,
    };
  }
}

type Row = {
  type: string;
  kind?: string;
  mid?: string;
  nominated?: boolean;
  state?: string;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
  framesEncoded?: number;
  jitter?: number;
  fractionLost?: number;
  currentRoundTripTime?: number;
  availableOutgoingBitrate?: number;
};

function isInbound(row: Row): boolean {
  return row.type === 'inbound-rtp';
}

function totals(report: Row[]): Totals {
  const sum: Totals = { received: 0, lost: 0, frames: new Map(), encoded: null };
  for (const row of report.filter(isInbound)) {
    sum.received += row.packetsReceived ?? 0;
    sum.lost += row.packetsLost ?? 0;
    if (row.kind === 'video' && row.mid !== undefined) sum.frames.set(row.mid, row.framesDecoded ?? 0);
  }
  // Two sizes of one picture are two rows.
  for (const row of report) if (row.type === 'outbound-rtp' && row.framesEncoded !== undefined) sum.encoded = (sum.encoded ?? 0) + row.framesEncoded;
  return sum;
}

/** Percent lost on the way here since the last reading. */
function lossBetween(before: Totals | null, now: Totals): number {
  if (before === null) return 0;
  const lost = Math.max(0, now.lost - before.lost);
  const sent = lost + Math.max(0, now.received - before.received);
  return sent === 0 ? 0 : (100 * lost) / sent;
}

/** Percent lost on the way there, as the far end reports it. */
function farLoss(report: Row[]): number {
  return Math.max(0, ...report.filter((row) => row.type === 'remote-inbound-rtp').map((row) => 100 * (row.fractionLost ?? 0)));
}

/** 5 and less for each thing that hurts. */
export function rate(lossPercent: number, roundTripMs: number | null, jitterMs: number): number {
  const steps = (value: number, ...limits: number[]) => limits.filter((limit) => value > limit).length;
  const penalty = steps(lossPercent, 2, 5, 10) * 1.2 + steps(roundTripMs ?? 0, 150, 300, 500) * 0.8 + steps(jitterMs, 30);
  return Math.max(1, 5 - penalty);
}

/** The number a person is shown. */
export function asScore(value: number): Score {
  const rounded = Math.round(value);
  return rounded >= 5 ? 5 : rounded >= 4 ? 4 : rounded >= 3 ? 3 : rounded >= 2 ? 2 : 1;
}
