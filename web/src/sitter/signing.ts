// The two keys of this phone. Either one signs an answer; the second also calls for help, and nothing that can be seen on
// the phone or on the line tells which it was. They are made here and cannot be taken out of this browser.

import { toBase64url } from '../lib/base64url';

/** For ordinary answers. */
export const ANSWER = 0;
/** For answers that also call for help quietly. */
export const QUIET = 1;
export type Which = typeof ANSWER | typeof QUIET;
type Pair = readonly [CryptoKeyPair, CryptoKeyPair];

const BASE = 'holdspace.sitter';
const KEYS = 'keys';
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const HASH = { name: 'ECDSA', hash: 'SHA-256' };

/** Whether this browser can keep keys at all: an old one, or a private window, cannot. */
export const canSign = (): boolean => typeof indexedDB !== 'undefined' && globalThis.crypto?.subtle !== undefined;

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser keeps nothing.'));
  });

async function drawer(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(BASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
  return (await answered(opening)).transaction(KEYS, mode).objectStore(KEYS);
}

const kept = async (session: string): Promise<Pair | undefined> => answered((await drawer('readonly')).get(session) as IDBRequest<Pair | undefined>);

/** The keys for this session, made at the first asking. Two tabs that ask at once get the same. */
async function keysOf(session: string): Promise<Pair> {
  const known = await kept(session);
  if (known !== undefined) return known;
  const make = () => crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  const made: Pair = [await make(), await make()];
  await answered((await drawer('readwrite')).add(made, session)).catch(() => undefined);
  return (await kept(session)) ?? made;
}

/** What the server needs in order to know this phone again; null where the browser keeps no keys. */
export async function publicKeys(session: string): Promise<{ answer_key: string; quiet_key: string } | null> {
  if (!canSign()) return null;
  try {
    const [answer, quiet] = await keysOf(session);
    const point = async ({ publicKey }: CryptoKeyPair): Promise<string> => toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
    return { answer_key: await point(answer), quiet_key: await point(quiet) };
  } catch {
    return null;
  }
}

/** The signature over a command: its id, its path and its body, which says when by this phone's clock. */
export async function sign(session: string, which: Which, command: { id: string; path: string; body: unknown }): Promise<string | null> {
  if (!canSign()) return null;
  try {
    const text = `${command.id}\n${command.path}\n${JSON.stringify(command.body)}`;
    const pair = await kept(session);
    return pair === undefined ? null : toBase64url(new Uint8Array(await crypto.subtle.sign(HASH, pair[which].privateKey, new TextEncoder().encode(text))));
  } catch {
    return null;
  }
}

/** Leaves no key behind once the watch is over. */
export function forgetKeys(): void {
  if (typeof indexedDB !== 'undefined') indexedDB.deleteDatabase(BASE);
}
