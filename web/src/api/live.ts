// One socket for the whole page. It carries names, never facts: an event says which answers are old.
// Reconnects are single-flight at 0.1, 0.3, 1, 2, 2 … s (reliability.md §2.7, ±20 %).
import type { Micros } from '../lib/time';
import { heard } from './heard';

export type LiveStatus = 'connecting' | 'open' | 'closed' | 'revoked';

/** `what` is "service.event", such as "checkins.incident_opened". */
export interface Changed {
  what: string;
  session: string | null;
}

interface LiveFrame {
  type: string;
  what?: string;
  session?: string | null;
  now_at?: Micros;
}

const BACKOFF_MS = [100, 300, 1_000, 2_000];
const JITTER = 0.2;
/** Beats come every 5 s; two and a half without one and the socket is dead, whatever it says. */
const DEAF_AFTER_MS = 12_500;
/** Closed by the server because the sign-in was revoked. */
const REVOKED = 4401;

export class Live {
  private socket: WebSocket | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private deaf: ReturnType<typeof setTimeout> | null = null;
  private stopped = true;
  private readonly changed = new Set<(event: Changed) => void>();
  private readonly watched = new Set<() => void>();
  private readonly beaten = new Set<() => void>();
  status: LiveStatus = 'closed';

  /** Call me for every event. After a reconnect comes one with `what: "*"`: anything may have changed. */
  onChanged(listener: (event: Changed) => void): () => void {
    this.changed.add(listener);
    return () => void this.changed.delete(listener);
  }

  onStatus(listener: () => void): () => void {
    this.watched.add(listener);
    return () => void this.watched.delete(listener);
  }

  /** Call me for every beat: the server's door is there. It says nothing about the services behind it. */
  onBeat(listener: () => void): () => void {
    this.beaten.add(listener);
    return () => void this.beaten.delete(listener);
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.connect();
    window.addEventListener('online', this.hurry);
    document.addEventListener('visibilitychange', this.hurry);
  }

  stop(): void {
    this.stopped = true;
    this.clear();
    this.socket?.close();
    this.socket = null;
    window.removeEventListener('online', this.hurry);
    document.removeEventListener('visibilitychange', this.hurry);
  }

  private readonly hurry = (): void => {
    if (this.stopped || this.socket !== null || document.visibilityState === 'hidden') return;
    this.tries = 0;
    this.connect();
  };

  private connect(): void {
    this.clear();
    if (this.socket !== null) return;
    this.become('connecting');
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live`);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.listen();
      this.become('open');
      this.tell({ what: '*', session: null });
    };
    socket.onmessage = (message) => this.take(message.data);
    socket.onclose = (close) => this.lost(socket, close.code);
  }

  private take(text: unknown): void {
    heard();
    this.listen();
    let frame: LiveFrame;
    try {
      frame = JSON.parse(String(text)) as LiveFrame;
    } catch {
      return;
    }
    if (frame.type === 'beat') for (const listener of this.beaten) listener();
    if (frame.type === 'changed' && frame.what !== undefined) this.tell({ what: frame.what, session: frame.session ?? null });
  }

  private listen(): void {
    if (this.deaf !== null) clearTimeout(this.deaf);
    this.deaf = setTimeout(() => {
      const socket = this.socket;
      if (socket === null) return;
      socket.close();
      this.lost(socket, 0);
    }, DEAF_AFTER_MS);
  }

  private lost(socket: WebSocket, code: number): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.clear();
    if (code === REVOKED) {
      this.stopped = true;
      this.become('revoked');
      return;
    }
    this.become('closed');
    if (this.stopped) return;
    const wait_ms = BACKOFF_MS[Math.min(this.tries, BACKOFF_MS.length - 1)] ?? 2_000;
    this.tries += 1;
    this.retry = setTimeout(() => this.connect(), wait_ms * (1 + JITTER * (2 * Math.random() - 1)));
  }

  private clear(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    if (this.deaf !== null) clearTimeout(this.deaf);
    this.retry = null;
    this.deaf = null;
  }

  private become(status: LiveStatus): void {
    this.status = status;
    for (const listener of this.watched) listener();
  }

  private tell(event: Changed): void {
    for (const listener of this.changed) listener(event);
  }
}

/** The page's one socket. */
export const live = new Live();
