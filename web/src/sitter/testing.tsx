// A server for tests: answers by path, remembers what was posted, can be cut off.
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import type { Watch } from './types';
import { App } from './app';
import { StoreContext } from './context';
import { Store } from './store';

export const S = '018f0000-0000-7000-9000-000000000051';
export const nowMicros = (): number => Date.now() * 1000;
const MINUTE = 60e6;

export interface Posted {
  path: string;
  key: string;
  body: Record<string, unknown>;
}
type Answers = Record<string, unknown>;

/** Stands in for fetch. A path without an answer is 404; `null` never answers. */
export class FakeServer {
  online = true;
  readonly posted: Posted[] = [];
  constructor(public answers: Answers) {
    vi.stubGlobal('fetch', vi.fn((url: string, init?: RequestInit) => this.respond(url, init)));
    vi.stubGlobal('WebSocket', class { close() {} });
  }

  respond(url: string, init?: RequestInit): Promise<Response> {
    return this.answer(url.replace('/api', ''), init);
  }

  private async answer(path: string, init?: RequestInit): Promise<Response> {
    init?.signal?.throwIfAborted();
    if (!this.online) throw new TypeError('offline');
    const post = init?.method === 'POST';
    if (post) this.posted.push({ path, key: new Headers(init.headers).get('idempotency-key') ?? '', body: JSON.parse(String(init.body)) as Posted['body'] });
    const found = this.answers[post ? `POST ${path}` : path];
    if (found === null) return new Promise(() => undefined);
    const headers = { 'x-holdspace-now': String(nowMicros()), 'content-type': found === undefined ? 'application/problem+json' : 'application/json' };
    if (found === undefined) return new Response(JSON.stringify({ code: 'not_found', title: 'No', detail: 'Not here.' }), { status: 404, headers });
    return new Response(JSON.stringify(typeof found === 'function' ? (found as (body: unknown) => unknown)(this.posted.at(-1)?.body) : found), { headers });
  }
}

const question = (id: string, text: string, answers: [string, string, string, string | null][], always = true) => ({
  id, text, why: 'Why.', always, answers: answers.map(([value, label, severity, todo]) => ({ value, label, severity, todo })),
});
export const form = {
  version: '1',
  questions: [
    question('CI-ALL', 'Is all well?', [['well', 'All well', 'ok', null]], false),
    question('CI-COUNT', 'How many breaths in 15 seconds?', [['1', '1', 'emergency', 'Call now.'], ['4', '4', 'ok', null], ['7', '7', 'urgent', 'Count again.']], false),
    question('CI-BR', 'How is the breathing?', [['easy', 'Easy', 'ok', null], ['noisy', 'Noisy or slow', 'urgent', 'Tilt the chin up.'], ['none', 'Pauses or none', 'emergency', 'Call now.']]),
    question('CI-COL', 'What colour are the lips?', [['normal', 'Normal', 'ok', null], ['pale', 'Pale', 'urgent', 'On the side.']]),
  ],
};

export function watch(due_in: number, more: Partial<Watch> = {}): Watch {
  const due_at = nowMicros() + due_in;
  return {
    session: S, phase: 'watching', armed: true, drill: false, on_call_paged_at: null, on_call_confirmed_at: null, pager: null,
    next: { sequence: 4, due_at, opens_at: due_at - 2 * MINUTE, deadline_at: due_at + 2 * MINUTE },
    overdue: null, last: null, history: [], missed: 0, support: [], incidents: [], signs: [], now_at: nowMicros(), ...more,
  };
}

export const item = (id: string, title: string, state = 'open') => ({
  id, group: 'sitter', title, why: 'Because.', todo: 'Put it right.', blocking: true, attesters: ['sitter'], method: 'self',
  declined_by: [], answers: [], state, attested_by: null, attested_at: null, expires_at: null,
});

/** Everything ready, a dose 32 minutes ago, a look due in 10 s; change what a test is about. */
export function answers(change: Answers = {}): Answers {
  const people = { patient: 'sam', sitter: 'ana', therapist: 'lee', prescriber: null, on_call: 'noor' };
  return {
    '/identity/me': { person: 'ana', role: 'sitter', first_name: 'Ana', clinic: 'c', clinic_name: 'Lantern', clinic_phone: '+1 555 0100', time_zone: 'UTC', session: S, presence: true, demo: false },
    [`/safety/sessions/${S}`]: session('dosed', { dose_at: nowMicros() - 32 * MINUTE, people }),
    [`/checkins/sessions/${S}/watch`]: watch(10e6),
    [`/safety/sessions/${S}/checklist`]: [item('ST-PHONE', 'Phone', 'yes')],
    [`/safety/consents?session=${S}`]: [],
    [`/safety/sessions/${S}/training`]: { questions: [], passed_at: 1 },
    '/checkins/form': form,
    [`/safety/sessions/${S}/emergency-card`]: {
      first_name: 'Sam', address: { line1: '12 Elm Street', line2: null, city: 'Chicago', region: 'IL', postal_code: '60614', country: 'US', entry_notes: 'Door code 4821', emergency_number: '911' },
      confirmed_at: 1, emergency_number: '911', clinic_phone: '+1 555 0100', medicine: 'Ketamine', dose: '200 mg', dose_at: nowMicros() - 32 * MINUTE, instructions: [],
    },
    [`/identity/sessions/${S}/people`]: [{ person: 'lee', role: 'therapist', first_name: 'Dr. Lee', duty: null }, { person: 'sam', role: 'patient', first_name: 'Sam', duty: null }],
    ...change,
  };
}

export function session(phase: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    session: S, phase, protocol_phase: phase === 'dosed' ? 'peak' : null, phase_since_at: 1, drill: false, pace: 1, starts_at: nowMicros(), ends_at: nowMicros(), dose_at: null,
    earliest_discharge_at: null, people: {}, ready: { patient: true, sitter: true, therapist: false }, offer: null, discharge: null, end: null, now_at: nowMicros(), ...more,
  };
}

/** Opens the page as a phone does: a new store that knows only what storage and the server tell it. */
export function openPage(token = ''): { store: Store; close: () => void } {
  const store = new Store(token);
  const stop = store.start();
  const { unmount } = render(
    <StoreContext value={store}>
      <App />
    </StoreContext>,
  );
  return { store, close: () => { stop(); unmount(); } };
}
