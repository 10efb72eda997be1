/**
 * Who is in the room with which key, as the house says it. What comes over the socket is parsed here and nowhere else.
 */

import { fromBase64url } from '../../base64url';
import { type Bytes } from './bytes';
import { isNumber } from './key-ids';

/** One coming-in of one device. Another coming-in has another number and another key, even on the same device. */
export type Member = {
  /** 1 to 65,535, never given twice in one room. */
  number: number;
  person: string;
  /** The name this browser made up once: this-device.ts. */
  device: string;
  /** ECDH P-256, the uncompressed point (65 bytes), base64url without padding. */
  public_key: string;
};

export type Roster = {
  room: string;
  /** Counts the rosters of this room; a higher one replaces a lower one. */
  epoch: number;
  /** Server clock, microseconds UTC. */
  issued_at: number;
  members: readonly Member[];
};

export type SignedRoster = Roster & {
  /** ECDSA P-256 with SHA-256 over rosterBytes(): r ‖ s, 64 bytes, base64url without padding. */
  signature: string;
};

/** A room seats five people; each may be coming in anew while the old line still plays, and a therapist has screens. */
export const MEMBERS_MAX = 32;
/** Names of rooms, people and devices are UUIDs or shorter than twice that. */
const NAME_LENGTH_MAX = 64;
const POINT_LENGTH = 65;
const UNCOMPRESSED = 0x04;

/** Null for anything but a roster as this module describes it; whether it is signed is another question. */
export function parseRoster(message: unknown): SignedRoster | null {
  if (typeof message !== 'object' || message === null) return null;
  const { room, epoch, issued_at, members, signature } = message as Record<string, unknown>;
  if (!isName(room) || !isCount(epoch) || !isCount(issued_at) || typeof signature !== 'string') return null;
  if (!Array.isArray(members) || members.length > MEMBERS_MAX) return null;
  const parsed = members.map(parseMember).filter((member) => member !== null);
  if (parsed.length !== members.length || !areDistinct(parsed)) return null;
  return { room, epoch, issued_at, members: parsed, signature };
}

/** The 65 bytes of a public key; null for what cannot be one. */
export function pointOf(public_key: string): Bytes | null {
  const point = fromBase64url(public_key);
  return point?.length === POINT_LENGTH && point[0] === UNCOMPRESSED ? point : null;
}

function parseMember(entry: unknown): Member | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { number, person, device, public_key } = entry as Record<string, unknown>;
  if (typeof number !== 'number' || !isNumber(number) || !isName(person) || !isName(device)) return null;
  if (typeof public_key !== 'string' || pointOf(public_key) === null) return null;
  return { number, person, device, public_key };
}

/** One number or one key for two would let one speak as the other. */
function areDistinct(members: readonly Member[]): boolean {
  const numbers = new Set(members.map((member) => member.number));
  const keys = new Set(members.map((member) => member.public_key));
  return numbers.size === members.length && keys.size === members.length;
}

// A lone surrogate has no UTF-8: it would be signed as one text and shown as another.
const isName = (name: unknown): name is string =>
  typeof name === 'string' && name.length > 0 && name.length <= NAME_LENGTH_MAX && !/\p{Surrogate}/u.test(name);
const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 0;
