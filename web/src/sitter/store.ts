// Everything the page knows, read from the server again and again; nothing here is decided on the phone.
import { get, post } from '../api/client';
import { assume, offset, serverNow } from '../api/clock';
import { live } from '../api/live';
import { asProblem } from '../api/problems';
import type { ChecklistItem, EmergencyCard, Gate, Me } from '../api/types';
import { SECOND, type Micros } from '../lib/time';
import { forgetAll, keep, recall } from './memory';
import { Outbox, type Waiting } from './outbox';
import { publicKeys, sign } from './signing';
import type { Consent, Form, LookResult, Named, Session, Training, Watch } from './types';

/** Every screen asks again after this long even when the socket is silent (decisions.md, "Alarm path"). */
const POLL_MS = 5_000;
/** Slow-moving things, every so many rounds: the emergency card, names, the form. */
const SLOW_EVERY = 6;
/** A bad answer that waited longer than this on the phone is shown when it is finally judged. */
const WAITED: Micros = 15 * SECOND;
const CLOSED_KEEP_MS = 60_000;

export interface World {
  /** `open`: a link waits for its press. `refused`: no sign-in and no link. */
  door: 'loading' | 'open' | 'refused' | 'in';
  me: Me | null;
  session: Session | null;
  people: Named[];
  consents: Consent[];
  training: Training | null;
  checklist: ChecklistItem[];
  phone_tested: boolean;
  watch: Watch | null;
  form: Form | null;
  card: EmergencyCard | null;
  gate: Gate | null;
  /** The last try did not reach the server. */
  offline: boolean;
  heard_at: Micros | null;
  queued: number;
  /** The result of an answer that waited on the phone. */
  late: LookResult | null;
  /** Why the server did not take an answer that waited. */
  refused: string | null;
}

const EMPTY: World = {
  door: 'loading', me: null, session: null, people: [], consents: [], training: null, checklist: [], phone_tested: false,
  watch: null, form: null, card: null, gate: null, offline: false, heard_at: null, queued: 0, late: null, refused: null,
};
/** Kept on the phone, so that it opens on the same step without a connection, with the card and the form. */
const KEPT = ['me', 'session', 'people', 'consents', 'training', 'checklist', 'phone_tested', 'watch', 'form', 'card', 'gate'] as const;

const isLook = ({ path }: Waiting): boolean => path.endsWith('/checkins');

/** A part the sitter may not read yet stays as it was; only an unreachable server is passed on. */
async function part<T>(path: string, before: T): Promise<T> {
  try {
    return await get<T>(path);
  } catch (thrown) {
    const { status, code } = asProblem(thrown);
    if (status >= 400 && status < 500 && status !== 401 && code !== 'network.not_ours') return before;
    throw thrown;
  }
}

export class Store {
  world: World = { ...EMPTY, ...recall<Partial<World>>('world', {}) };
  readonly outbox: Outbox;
  private readonly listeners = new Set<() => void>();
  private rounds = 0;
  private running: Promise<void> | null = null;
  /** The link was pressed here: what ends the sign-in now has taken this phone's place. */
  private redeemed = false;

  constructor(private readonly token: string) {
    assume(recall('clock', 0));
    this.outbox = new Outbox('main', (waiting, outcome) => {
      if (outcome.kind === 'refused') this.set({ refused: outcome.problem.message });
      if (outcome.kind === 'sent' && isLook(waiting)) this.judgedLate(outcome.answer as LookResult, waiting.made_at);
      void this.refresh();
    }, (waiting, by) => (isLook(waiting) ? sign(this.world.session?.session ?? '', by, waiting) : Promise.resolve(null)));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  set(change: Partial<World>): void {
    this.world = { ...this.world, ...change, queued: this.outbox.size };
    for (const listener of this.listeners) listener();
  }

  /** Reads now, every 5 s, and whenever the phone wakes. Answers the way to stop. */
  start(): () => void {
    void this.refresh();
    const again = (): void => void this.refresh();
    const timer = setInterval(again, POLL_MS);
    document.addEventListener('visibilitychange', again);
    window.addEventListener('online', again);
    const forget = live.onChanged(again);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      window.removeEventListener('online', again);
      forget();
      live.stop();
      this.outbox.close();
    };
  }

  /** One run at a time; a second caller shares it. */
  refresh(): Promise<void> {
    this.running ??= this.read().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Runs a command and reads the world again, so that the step moves at once. */
  async act<T>(path: string, body: unknown): Promise<T> {
    const answer = await post<T>(path, body);
    await this.running;
    await this.refresh();
    return answer;
  }

  async redeem(): Promise<void> {
    await post('/identity/links/redeem', { token: this.token });
    this.redeemed = true;
    // A new sign-in is a new phone to the server, also where it is the same one.
    keep('keys', null);
    history.replaceState(null, '', location.pathname);
    await this.refresh();
  }

  private async read(): Promise<void> {
    try {
      const me = await get<Me>('/identity/me');
      if (me.role !== 'sitter' || me.session === null) return this.shut();
      await this.readSession(me, me.session);
      if (me.presence) await this.bringKeys(me.session);
      live.start();
      void this.outbox.flush().then(() => this.set({}));
    } catch (thrown) {
      if (asProblem(thrown).status === 401) this.shut();
      else this.set({ offline: true, ...(this.world.me === null ? {} : { door: 'in' }) });
    }
  }

  /** Names this phone's keys to the session, once it is proven that the sitter is there. */
  private async bringKeys(session: string): Promise<void> {
    if (recall<string | null>('keys', null) === session) return;
    const keys = await publicKeys(session);
    if (keys === null) return;
    try {
      await post(`/checkins/sessions/${session}/phone`, keys);
    } catch (thrown) {
      const problem = asProblem(thrown);
      // Tried again with the next round, unless other keys stand there already.
      if (problem.code !== 'phone.keys') return;
      this.set({ refused: problem.message });
    }
    keep('keys', session);
  }

  private shut(): void {
    live.stop();
    this.set({ door: this.token === '' || this.redeemed ? 'refused' : 'open', offline: false });
  }

  private async readSession(me: Me, id: string): Promise<void> {
    const before = this.world;
    const slow = this.rounds % SLOW_EVERY === 0;
    const early = before.session === null || before.session.dose_at === null;
    this.rounds += 1;
    const safety = `/safety/sessions/${id}`;
    const [session, watch, checklist, gate, consents, training, form, card, people] = await Promise.all([
      part(safety, before.session),
      part(`/checkins/sessions/${id}/watch`, before.watch),
      early ? part(`${safety}/checklist`, before.checklist) : before.checklist,
      early && me.presence ? part(`${safety}/gate`, before.gate) : before.gate,
      early ? part(`/safety/consents?session=${id}`, before.consents) : before.consents,
      early ? part(`${safety}/training`, before.training) : before.training,
      slow || before.form === null ? part('/checkins/form', before.form) : before.form,
      slow || !before.card?.dose_at ? part(`${safety}/emergency-card`, before.card) : before.card,
      slow ? part(`/identity/sessions/${id}/people`, before.people) : before.people,
    ]);
    const phone = checklist.find((item) => item.id === 'ST-PHONE');
    const phone_tested = phone === undefined ? recall(`phone.${id}`, false) : phone.state === 'yes' || recall(`phone.${id}`, false);
    this.set({ door: 'in', offline: false, heard_at: serverNow(), me, session, watch, checklist, gate, consents, training, form, card, people, phone_tested });
    this.remember();
  }

  private remember(): void {
    if (this.world.session?.phase === 'closed') setTimeout(forgetAll, CLOSED_KEEP_MS);
    else {
      keep('world', Object.fromEntries(KEPT.map((name) => [name, this.world[name]])));
      keep('clock', offset()?.offset ?? 0);
    }
  }

  private judgedLate(result: LookResult, made_at: Micros): void {
    const bad = result.severity === 'urgent' || result.severity === 'emergency';
    if (bad && serverNow() - made_at > WAITED) this.set({ late: result });
  }
}

/** A first name where it is known: people trust a name. */
export const nameOf = (world: World, role: string): string | null => world.people.find((one) => one.role === role)?.first_name ?? null;
