/**
 * What everybody has to agree to when somebody's browser cannot encrypt. Nobody talks in the clear before all who are
 * present have said yes, and each browser believes its own press first: no house can say yes in its place.
 */

import type { RosterEntry } from '../types';
import type { Standing } from './key-ring';

/** What the person reads about the call, always. Names are ids of people. */
export type Encryption =
  | Standing
  /** These people's browsers cannot encrypt. Until `waits_for` is empty they see and hear nobody, and nobody them. */
  | { kind: 'asked'; who: readonly string[]; agreed: boolean; waits_for: readonly string[] }
  /** All have agreed: sound and pictures are readable by the house. */
  | { kind: 'open'; who: readonly string[] };

export type Opening = {
  /** Whose browser cannot encrypt; nobody is asked anything while there is no such person. */
  who: readonly string[];
  /** Whether this page's person has agreed to just these. */
  agreed: boolean;
  /** Who is present and has not agreed, oneself included. */
  waits_for: readonly string[];
};

export const NOTHING_ASKED: Opening = { who: [], agreed: false, waits_for: [] };

/** `agreedTo` is whose browsers this page's person has said yes to. Somebody new asks anew. */
export function openingOf(roster: readonly RosterEntry[], agreedTo: ReadonlySet<string>): Opening {
  const present = roster.filter(({ place }) => place === 'present' || place === 'lost');
  const who = present.filter(({ encrypts }) => encrypts === false).map(({ person }) => person);
  if (who.length === 0) return NOTHING_ASKED;
  const waits_for = present.filter(({ agrees_open }) => !agrees_open).map(({ person }) => person);
  return { who, agreed: who.every((person) => agreedTo.has(person)), waits_for };
}

/** `standing` is null where this browser or this house cannot encrypt. */
export function encryptionOf({ who, agreed, waits_for }: Opening, standing: Standing | null): Encryption {
  if (standing?.kind === 'stopped') return standing;
  if (who.length > 0) return agreed && waits_for.length === 0 ? { kind: 'open', who } : { kind: 'asked', who, agreed, waits_for };
  return standing ?? { kind: 'waiting', missing: [] };
}

const placeOf = (session: string): string => `holdspace.open.${session}`;

/** What was agreed to in this tab: nobody is asked a second time after a reload, least of all with their eyes shut. */
export function agreedBefore(session: string): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(placeOf(session)) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((person) => typeof person === 'string') : []);
  } catch {
    return new Set();
  }
}

export function keepAgreed(session: string, agreedTo: ReadonlySet<string>): void {
  try {
    sessionStorage.setItem(placeOf(session), JSON.stringify([...agreedTo]));
  } catch {
    // Storage is off: the question comes again after a reload.
  }
}
