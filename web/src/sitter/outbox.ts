// Answers that must not be lost. Each keeps its own command id and its own time, and leaves in the order
// it was given; the first one that cannot be sent holds the rest back.
import { post } from '../api/client';
import { Problem, unreachable } from '../api/problems';
import { serverNow } from '../api/clock';
import type { Micros } from '../lib/time';
import { uuidv7 } from '../lib/uuid';
import { keep, recall } from './memory';

/** A night of looks is about 30; more than this means something else is wrong. */
const QUEUE_MAX = 200;

export interface Waiting {
  id: string;
  path: string;
  body: unknown;
  made_at: Micros;
}
export type Outcome<T> = { kind: 'sent'; answer: T } | { kind: 'kept' } | { kind: 'refused'; problem: Problem };
type Settled = (waiting: Waiting, outcome: Outcome<unknown>) => void;

/** Was it only the road, the hour or the sign-in? Then the same command may be sent again later. */
const passing = ({ status, code }: Problem): boolean => status === 0 || status === 401 || status === 429 || status >= 500 || code === 'network.not_ours';

export class Outbox {
  private queue: Waiting[];
  private running: Promise<void> | null = null;
  private readonly closing = new AbortController();
  private readonly waiters = new Map<string, (outcome: Outcome<unknown>) => void>();

  constructor(
    private readonly name: string,
    private readonly settled: Settled = () => undefined,
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
  async put<T>(path: string, body: unknown): Promise<Outcome<T>> {
    const [, outcome] = this.add(path, body);
    void this.flush();
    return outcome as Promise<Outcome<T>>;
  }

  /** An alarm does not stand behind a slow answer: it is kept like the others, and leaves at once beside them. */
  async putFirst<T>(path: string, body: unknown): Promise<Outcome<T>> {
    const [waiting, outcome] = this.add(path, body);
    void this.send(waiting).then((sent) => (sent.kind === 'kept' ? this.tell(waiting.id, sent) : this.finish(waiting, sent)));
    return outcome as Promise<Outcome<T>>;
  }

  private add(path: string, body: unknown): [Waiting, Promise<Outcome<unknown>>] {
    const waiting: Waiting = { id: uuidv7(), path, body, made_at: serverNow() };
    this.queue = [...this.queue, waiting].slice(-QUEUE_MAX);
    this.save();
    return [waiting, new Promise((resolve) => this.waiters.set(waiting.id, resolve))];
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
      const outcome = await this.send(first);
      if (outcome.kind === 'kept') {
        for (const waiter of [...this.waiters.keys()]) this.tell(waiter, outcome);
        return;
      }
      this.finish(first, outcome);
    }
  }

  private async send({ id, path, body }: Waiting): Promise<Outcome<unknown>> {
    try {
      return { kind: 'sent', answer: await post(path, body, { key: id, signal: this.closing.signal }) };
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
