/** What is amiss with somebody's camera or microphone, as their own browser says. */

import type { PictureIs, Place, SoundIs, Told } from './types';

export type Trouble = { about: 'picture'; is: Exclude<PictureIs, 'live'>; since_at: number } | { about: 'sound'; is: Exclude<SoundIs, 'live'>; since_at: number };

type Person = { place: Place; picture: Told<PictureIs> | null; sound: Told<SoundIs> | null };

/** Nothing for whom nothing is known: what is not known is not a trouble, and not fine either. */
export function troublesOf(person: Person | undefined): Trouble[] {
  if (person?.place !== 'present') return [];
  const { picture, sound } = person;
  const troubles: Trouble[] = [];
  if (picture !== null && picture.is !== 'live') troubles.push({ about: 'picture', is: picture.is, since_at: picture.since_at });
  if (sound !== null && sound.is !== 'live') troubles.push({ about: 'sound', is: sound.is, since_at: sound.since_at });
  return troubles;
}
