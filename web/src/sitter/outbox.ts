// Answers that must not be lost. Each keeps its own command id and its own time, and leaves in the order
// it was given, signed by this phone; the first one that cannot be sent holds the rest back.
import { post } from '../api/client';
import { Problem, unreachable } from '../api/problems';
import { serverNow } from '../api/clock';
import type { Micros } from '../lib/time';
import { uuidv7 } from '../lib/uuid';
import { keep, recall } from './memory';
import { ANSWER, type Which } from './signing';

/** A night of looks is about 30; more than this means something else is wrong. */
const QUEUE_MAX = 200;

export interface Waiting {
  id: string;
  path: string;
  body: unknown;
  made_at: Micros;
  /** By this phone. Once it is here, nothing kept beside it says which key it was. */
  signature?: string;
  /** The key that is to sign. */
  by?: Which;
}
type Sign = (waiting: Waiting, by: Which) => Promise<string | null>;
export type Outcome<T> = { kind: 'sent'; answer: T } | { kind: 'kept' } | { kind: 'refused'; problem: Problem };
type Settled = (waiting: Waiting, outcome: Outcome<unknown>) => void;

/** Was it only the road, the hour or the sign-in? Then the same command may be sent again later. */
const passing = ({ status, code }: Problem): boolean => status === 0 || (status === 401 && !code.startsWith('checkin.')) || status === 429 || status >= 500 || code === 'network.not_ours';

export class Outbox {
  private queue: Waiting[];
  private running: Promise<void> | null = null;
  private readonly closing = new AbortController();
  private readonly sealing = new Map<string, Promise<Waiting>>();
  private readonly waiters = new Map<string, (outcome: Outcome<unknown>) => void>();

  constructor(
    private readonly name: string,
    private readonly settled: Settled = () => undefined,
    private readonly sign: Sign = () => Promise.resolve(null),
  ) {
    this.queue = recall<Waiting[]>(`queue.${name}`, []);
  }

  get waiting(): readonly Waiting[] {
    return this.queue;
  }

  get size(): number {
    return this.queue.length;
  }

  /** Keeps the command first, then tries to send everything. Answers when it is sent, refused, or known to wait. */
  async put<T>(path: string, body: unknown, by: Which = ANSWER): Promise<Outcome<T>> {
    const [waiting, outcome] = this.add(path, body, by);
    await this.sealed(waiting);
    void this.flush();
    return outcome as Promise<Outcome<T>>;
  }

  /** An alarm does not stand behind a slow answer: it is kept like the others, and leaves at once beside them. */
  async putFirst<T>(path: string, body: unknown): Promise<Outcome<T>> {
    const [waiting, outcome] = this.add(path, body, ANSWER);
    void this.send(waiting).then((sent) => (sent.kind === 'kept' ? this.tell(waiting.id, sent) : this.finish(waiting, sent)));
    return outcome as Promise<Outcome<T>>;
  }

  private add(path: string, body: unknown, by: Which): [Waiting, Promise<Outcome<unknown>>] {
    const waiting: Waiting = { id: uuidv7(), path, body, made_at: serverNow(), by };
    this.queue = [...this.queue, waiting].slice(-QUEUE_MAX);
    this.save();
    return [waiting, new Promise((resolve) => this.waiters.set(waiting.id, resolve))];
  }

  /** Kept first and signed then: what a closed page left unsigned is signed when the next one sends it. */
  private sealed(waiting: Waiting): Promise<Waiting> {
    const sealing = this.sealing.get(waiting.id) ?? this.seal(waiting).finally(() => this.sealing.delete(waiting.id));
    this.sealing.set(waiting.id, sealing);
    return sealing;
  }

  private async seal(waiting: Waiting): Promise<Waiting> {
    const { by = ANSWER, ...rest } = waiting;
    const signature = waiting.signature ?? (await this.sign(waiting, by));
    if (signature === null) return waiting;
    const sealed = { ...rest, signature };
    this.queue = this.queue.map((one) => (one.id === sealed.id ? sealed : one));
    this.save();
    return sealed;
  }

  /** Sends nothing more. What waits stays kept, and leaves with the next page that is opened. */
  close(): void {
    this.closing.abort();
  }

  /** The same command may be answered twice, by either road; it is settled once. */
  private finish(waiting: Waiting, outcome: Outcome<unknown>): void {
    if (!this.queue.some(({ id }) => id === waiting.id)) return;
    this.queue = this.queue.filter(({ id }) => id !== waiting.id);
    this.save();
    this.tell(waiting.id, outcome);
    this.settled(waiting, outcome);
  }

  /** Sends in order. Safe to call at any time: one run at once, and the ids make repeats harmless. */
  flush(): Promise<void> {
    this.running ??= this.drain().finally(() => {
      this.running = null;
      // Something was put in while the last run was ending.
      if (this.waiters.size > 0) void this.flush();
    });
    return this.running;
  }

  private async drain(): Promise<void> {
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      const outcome = await this.send(await this.sealed(first));
      if (outcome.kind === 'kept') {
        for (const waiter of [...this.waiters.keys()]) this.tell(waiter, outcome);
        return;
      }
      this.finish(first, outcome);
    }
  }

  private async send({ id, path, body, signature }: Waiting): Promise<Outcome<unknown>> {
    try {
      return { kind: 'sent', answer: await post(path, body, { key: id, signal: this.closing.signal, ...(signature === undefined ? {} : { signature }) }) };
    } catch (thrown) {
      const problem = thrown instanceof Problem ? thrown : unreachable();
      return passing(problem) ? { kind: 'kept' } : { kind: 'refused', problem };
    }
  }

  private tell(id: string, outcome: Outcome<unknown>): void {
    this.waiters.get(id)?.(outcome);
    this.waiters.delete(id);
  }

  private save(): void {
    keep(`queue.${this.name}`, this.queue);
  }
}
