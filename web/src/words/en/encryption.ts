// How the call is encrypted, said in the same words on the console, to the patient and to the sitter.
import { list } from '../../lib/format';
import type { Encryption } from '../../lib/media/e2ee/agreement';

export const encryptionWords = {
  heading: 'Who can see and hear this call',
  ready: 'Ready to encrypt',
  ready_means: 'Nothing is sent before it is encrypted.',
  missing: 'Setting up encryption',
  missing_means: (names: string) => `The key of ${names} is not here yet. Until it is, you do not see or hear ${names}.`,
  encrypted: 'Encrypted end to end',
  encrypted_means: 'Only the people in this room can see and hear it. Our server cannot.',
  words: 'Safety words',
  working: 'The six safety words come in a moment.',
  read: 'Read these six words aloud. Everyone must have the same.',
  compare: (name: string) => `${name} reads six words aloud. Yours must be the same.`,
  differ: 'Other words: say nothing private here, and call.',
  stopped: 'Not encrypted: nothing is sent',
  why: {
    off_roster: 'Our server does not list this device, so nobody gives it a key. You see and hear nobody here, and nobody you. Load this page again.',
    forged: 'Something here is not from whom it says it is. It is not shown. Load this page again. If this stays, call.',
    failed: 'The part of this page that encrypts has stopped. Load this page again.',
  },
  asked: (names: string) => `${names}: this browser cannot encrypt`,
  asked_mine: 'Your browser cannot encrypt',
  asked_means: (names: string) => `Until everyone here agrees to go on without, ${names} sees and hears nobody, and nobody ${names}.`,
  asked_mine_means: 'Until everyone here agrees to go on without, you see and hear nobody, and nobody you. A newer browser can encrypt.',
  asked_open: 'Without it, our server could see and hear this call. You may say no: press nothing.',
  agree: 'I agree to go on without',
  agreed: (names: string) => `You agreed. Still to agree: ${names}.`,
  agreed_by_you: 'You agreed.',
  open: 'Not encrypted end to end',
  open_means: (names: string) => `Everyone here agreed, because ${names} cannot encrypt. Our server could see and hear this call.`,
  your_browser: 'your browser',
  browser_of: (name: string) => `the browser of ${name}`,
} as const;

/** Tones of state: colour, word and shape go together (design.md §2). */
type Tone = 'ok' | 'soon' | 'late';

export type Said = {
  tone: Tone;
  title: string;
  text: string;
  /** To be compared aloud; null while there is nothing to compare. */
  words: readonly string[] | null;
  /** Whether this person is asked to agree. */
  asks: boolean;
};

/** What a page says about a call. `me` is who reads it. */
export function sayEncryption(encryption: Encryption, nameOf: (person: string) => string, me: string): Said {
  const w = encryptionWords;
  const names = (people: readonly string[]): string => list(people.map(nameOf));
  const quiet = { words: null, asks: false };
  switch (encryption.kind) {
    case 'waiting':
      if (encryption.missing.length === 0) return { ...quiet, tone: 'soon', title: w.ready, text: w.ready_means };
      return { ...quiet, tone: 'soon', title: w.missing, text: w.missing_means(names(encryption.missing)) };
    case 'encrypted':
      return { ...quiet, tone: 'ok', title: w.encrypted, text: w.encrypted_means, words: encryption.words };
    case 'stopped':
      return { ...quiet, tone: 'late', title: w.stopped, text: w.why[encryption.why] };
    case 'asked': {
      const { who, agreed, waits_for } = encryption;
      const [title, text] = who.includes(me) ? [w.asked_mine, w.asked_mine_means] : [w.asked(names(who)), w.asked_means(names(who))];
      const others = names(waits_for.filter((person) => person !== me));
      const then = !agreed ? w.asked_open : others === '' ? w.agreed_by_you : w.agreed(others);
      return { ...quiet, tone: 'late', title, text: `${text} ${then}`, asks: !agreed };
    }
    case 'open': {
      const browsers = list(encryption.who.map((person) => (person === me ? w.your_browser : w.browser_of(nameOf(person)))));
      return { ...quiet, tone: 'soon', title: w.open, text: w.open_means(browsers) };
    }
  }
}
