// This browser's own registration at its push service. Permission is asked from a press, never on arrival.

import { fromBase64url, toBase64url } from '../../lib/base64url';

export interface Registered {
  endpoint: string;
  p256dh: string;
  auth: string;
}

export type Standing = 'cannot' | 'blocked' | 'off' | 'on';

const WORKER = '/push-sw.js';
/** A scope of its own: the sitter's page has a worker too, and neither may take the other's place. */
const SCOPE = '/push-sw';

const can = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const own = async (): Promise<PushSubscription | null> => (await (await navigator.serviceWorker.getRegistration(SCOPE))?.pushManager.getSubscription()) ?? null;

export async function standing(): Promise<Standing> {
  if (!can()) return 'cannot';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && (await own()) !== null ? 'on' : 'off';
}

const encoded = (buffer: ArrayBuffer | null): string => toBase64url(new Uint8Array(buffer ?? new ArrayBuffer(0)));

/** Asks the person, then the push service. Null when the person says no. */
export async function register(key: string): Promise<Registered | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  const worker = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  // What was made under another key of ours reaches nobody.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  await until(worker);
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(key) });
  return { endpoint: made.endpoint, p256dh: encoded(made.getKey('p256dh')), auth: encoded(made.getKey('auth')) };
}

export const unregister = async (): Promise<void> => void (await (await own())?.unsubscribe());

/** A subscription wants a worker that is there; its scope has no page that would wait for it. */
async function until(worker: ServiceWorkerRegistration): Promise<void> {
  const coming = worker.installing ?? worker.waiting;
  if (worker.active !== null || coming === null) return;
  await new Promise<void>((resolve) => coming.addEventListener('statechange', () => worker.active !== null && resolve()));
}
