// The only door to the server. Cookie for who, x-holdspace for where from, Idempotency-Key for once.
// Framework-free: the sitter's page uses it too.
import { uuidv7 } from '../lib/uuid';
import { learn } from './clock';
import { heard } from './heard';
import { problemOf, unreachable, type Problem } from './problems';

/** 10 s: longer than any healthy answer, shorter than a person's patience. */
const TIMEOUT_MS = 10_000;
/** A press is repeated with the same key when no answer came: at most three tries, within about 2 s. */
const RETRY_AFTER_MS = [300, 1_200];

const base = '/api';
/** After this long without a touch or a key, asking again is the page's own doing. */
const HAND_OFF_MS = 30_000;
let touched_ms = Date.now();
for (const sign of ['pointerdown', 'keydown']) {
  globalThis.addEventListener?.(sign, () => { touched_ms = Date.now(); }, { capture: true, passive: true });
}

export interface PostOptions {
  /** The command id. Give one when a press must stay the same command across page loads. */
  key?: string;
  /** By the phone's own key, over the command: sitter/signing.ts. */
  signature?: string;
  signal?: AbortSignal;
}

async function once(path: string, init: RequestInit): Promise<Response> {
  const sent_ms = Date.now();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const response = await fetch(base + path, { credentials: 'same-origin', ...init, signal });
  const server_at = Number(response.headers.get('x-holdspace-now'));
  if (server_at > 0) {
    learn(sent_ms, Date.now(), server_at);
    heard();
  }
  return response;
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Ask. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    // A page that refreshes itself must not keep somebody signed in who has left.
    const alone: Record<string, string> = Date.now() - touched_ms > HAND_OFF_MS ? { 'x-holdspace-poll': '1' } : {};
    response = await once(path, { headers: { accept: 'application/json', ...alone }, ...(signal ? { signal } : {}) });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw unreachable();
  }
  return read<T>(response);
}

/** Change. Repeats itself with the same key when no answer came; the server answers a repeat with the first answer. */
export async function post<T>(path: string, body: unknown, options: PostOptions = {}): Promise<T> {
  const init: RequestInit = {
    method: 'POST',
    body: JSON.stringify(body ?? {}),
    headers: {
      accept: 'application/json', 'content-type': 'application/json', 'x-holdspace': '1', 'idempotency-key': options.key ?? uuidv7(),
      ...(options.signature === undefined ? {} : { 'x-holdspace-signature': options.signature }),
    },
    ...(options.signal ? { signal: options.signal } : {}),
  };
  let failed: Problem = unreachable();
  for (const wait_ms of [0, ...RETRY_AFTER_MS]) {
    if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
    try {
      const response = await once(path, init);
      if (![502, 503, 504].includes(response.status)) return await read<T>(response);
      failed = await problemOf(response);
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'Problem') throw cause;
      if (options.signal?.aborted) throw cause;
    }
  }
  throw failed;
}
