// What cameras, microphones and lines give, said in the same words on the console, to the patient and to the sitter.
import { length } from '../../lib/format';
import type { Trouble } from '../../lib/media/troubles';
import type { PictureIs, SoundIs } from '../../lib/media/types';
import { secondsBetween, type Micros } from '../../lib/time';

type BadPicture = Exclude<PictureIs, 'live'>;
type BadSound = Exclude<SoundIs, 'live'>;

export const mediaWords = {
  /** A line, by its score; never by colour alone. */
  line: { 5: 'Line very good', 4: 'Line good', 3: 'Line fair', 2: 'Line poor', 1: 'Line unusable' },
  line_unknown: 'Line not measured yet',

  /** To somebody who looks at them. */
  picture: {
    frozen: (name: string) => `${name}’s picture stands still`,
    black: (name: string) => `${name}’s camera shows only black: the lens may be covered`,
    dark: (name: string) => `${name}’s room is too dark to see a face`,
    stopped: (name: string) => `${name}’s camera has stopped by itself`,
  } satisfies Record<BadPicture, (name: string) => string>,
  /** As soon as there is a length to tell. */
  frozen_for: (name: string, length: string) => `${name}’s picture has stood still for ${length}`,
  sound: {
    silent: (name: string) => `No sound comes from ${name}’s microphone`,
    stopped: (name: string) => `${name}’s microphone has stopped by itself`,
  } satisfies Record<BadSound, (name: string) => string>,

  /** To the person whose device it is. Nothing here is urgent. */
  own_picture: {
    frozen: 'Your picture stands still. Touch your screen; if it stays, come in again.',
    black: 'Your camera shows only black. Something may cover the lens.',
    dark: 'It is too dark to see your face. A small lamp would help.',
    stopped: 'Your camera has stopped. Another program may use it. Close that one, and come in again.',
  } satisfies Record<BadPicture, string>,
  own_sound: {
    silent: 'No sound comes from your microphone. Look for a switch on it or on your headset.',
    stopped: 'Your microphone has stopped. Another program may use it. Close that one, and come in again.',
  } satisfies Record<BadSound, string>,
  again: 'Open camera and microphone again',

  /** In the dark session nobody is asked to repair anything: only what a hand can do without a look. */
  unseen: (name: string) => `${name} cannot see you now. Hold anywhere to call.`,
  unheard: (name: string) => `${name} cannot hear you now. Hold anywhere to call.`,
  unseen_unheard: (name: string) => `${name} cannot see or hear you now. Hold anywhere to call.`,

  /** To the sitter, who has free hands and is in the room. A dim room is how it should be, and no matter for the sitter. */
  near_picture: {
    frozen: (name: string) => `${name}’s picture stands still. Touch ${name}’s screen once.`,
    black: (name: string) => `${name}’s camera shows only black. Look if something covers the lens.`,
    dark: null,
    stopped: (name: string) => `${name}’s camera has stopped. Touch ${name}’s screen once.`,
  } satisfies Record<BadPicture, ((name: string) => string) | null>,
  near_sound: {
    silent: (name: string) => `No sound comes from ${name}. Look if the microphone is switched off.`,
    stopped: (name: string) => `${name}’s microphone has stopped. Touch ${name}’s screen once.`,
  } satisfies Record<BadSound, (name: string) => string>,
};

/** The sentence that does not change while the trouble lasts: what is read aloud, once. */
export function sayTrouble(trouble: Trouble, name: string): string {
  return trouble.about === 'picture' ? mediaWords.picture[trouble.is](name) : mediaWords.sound[trouble.is](name);
}

/** The same with how long it has been so, where that says more than the word. */
export function sayTroubleFor(trouble: Trouble, name: string, now: Micros): string {
  const seconds = secondsBetween(trouble.since_at, now);
  return trouble.is === 'frozen' && seconds > 0 ? mediaWords.frozen_for(name, length(seconds)) : sayTrouble(trouble, name);
}

/** What the person whose device it is can do. */
export function sayOwn(trouble: Trouble): string {
  return trouble.about === 'picture' ? mediaWords.own_picture[trouble.is] : mediaWords.own_sound[trouble.is];
}

/** What somebody beside that person can do; null when it is nothing to them. */
export function sayNear(trouble: Trouble, name: string): string | null {
  return trouble.about === 'picture' ? (mediaWords.near_picture[trouble.is]?.(name) ?? null) : mediaWords.near_sound[trouble.is](name);
}

/** One line for who lies in the dark; null while all that matters comes through. A dark room is as it should be. */
export function sayInTheDark(troubles: readonly Trouble[], therapist: string): string | null {
  const unseen = troubles.some(({ about, is }) => about === 'picture' && is !== 'dark');
  const unheard = troubles.some(({ about }) => about === 'sound');
  if (unseen && unheard) return mediaWords.unseen_unheard(therapist);
  if (unheard) return mediaWords.unheard(therapist);
  return unseen ? mediaWords.unseen(therapist) : null;
}
