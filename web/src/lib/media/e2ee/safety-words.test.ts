import { beforeAll, describe, expect, it } from 'vitest';
import { comesIn, member } from './people-for-tests';
import { SAFETY_WORDS } from './safety-word-list';
import { safetyWords, WORDS, type Spoken } from './safety-words';

const ROOM = 'session-7';
const [LEE, SAM, ANA] = [member('lee', 1), member('sam', 2), member('ana', 3)];

/** How many letters have to be changed, added or left out to get from one word to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [above, letter] of [...one].entries()) {
    const next = [above + 1];
    for (const [at, wanted] of [...other].entries()) {
      const change = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(change, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

const repeated = (parts: string[]): string[] => parts.filter((part, at) => parts.indexOf(part) !== at);

describe('the list of safety words', () => {
  it('has 256 different words of three to seven small letters', () => {
    expect(SAFETY_WORDS).toHaveLength(256);
    expect(repeated([...SAFETY_WORDS])).toEqual([]);
    expect(SAFETY_WORDS.filter((word) => !/^[a-z]{3,7}$/.test(word))).toEqual([]);
  });

  it('has no two words that begin with the same four letters', () => {
    expect(repeated(SAFETY_WORDS.map((word) => word.slice(0, 4)))).toEqual([]);
  });

  it('has no two words that end with the same three letters, so that none rhyme on paper', () => {
    expect(repeated(SAFETY_WORDS.map((word) => word.slice(-3)))).toEqual([]);
  });

  it('has no two words that are fewer than three letters apart', () => {
    const close = SAFETY_WORDS.flatMap((one, at) => SAFETY_WORDS.slice(at + 1).filter((other) => distance(one, other) < 3).map((other) => `${one} ${other}`));
    expect(close).toEqual([]);
  });

  it('is in alphabetical order, so that a moved word is seen', () => {
    expect([...SAFETY_WORDS].sort()).toEqual(SAFETY_WORDS);
  });
});

describe('the safety words of a room', () => {
  let words: string[];

  beforeAll(async () => {
    words = await safetyWords(ROOM, [LEE, SAM, ANA]);
  });

  const differ = async (room: string, devices: Spoken[]) => expect((await safetyWords(room, devices)).join(' ')).not.toBe(words.join(' '));

  it('are six, from the list, and these: a change of the rule changes them', () => {
    expect(words).toHaveLength(WORDS);
    expect(words.join(' ')).toBe('lobby nylon mobile caramel lobby willow');
  });

  it('do not depend on the order of the roster, nor on who is whose person', async () => {
    expect(await safetyWords(ROOM, [ANA, LEE, SAM])).toEqual(words);
    const swapped = [{ ...LEE, person: 'sam', number: 9 }, { ...SAM, person: 'lee' }, ANA];
    expect(await safetyWords(ROOM, swapped)).toEqual(words);
  });

  it('change with any key, any device name, any device more or less, and the room', async () => {
    await differ(ROOM, [LEE, { ...SAM, public_key: (await comesIn('sam', 2)).own.public_key }, ANA]);
    await differ(ROOM, [LEE, { ...SAM, device: 'sams-phone' }, ANA]);
    await differ(ROOM, [LEE, SAM]);
    await differ(ROOM, [LEE, SAM, ANA, member('noor', 4)]);
    await differ('session-8', [LEE, SAM, ANA]);
  });

  it('change when two devices swap their keys', async () => {
    await differ(ROOM, [{ ...LEE, public_key: SAM.public_key }, { ...SAM, public_key: LEE.public_key }, ANA]);
  });

  it('sort one device with two keys alike everywhere', async () => {
    const again = { ...SAM, device: LEE.device };
    expect(await safetyWords(ROOM, [LEE, again])).toEqual(await safetyWords(ROOM, [again, LEE]));
  });

  it('are made dear: at least 200,000 rounds for each guess', async () => {
    const rounds: unknown[] = [];
    const { subtle } = crypto;
    const derive = subtle.deriveBits.bind(subtle);
    subtle.deriveBits = (algorithm, key, length) => {
      rounds.push((algorithm as { iterations?: number }).iterations);
      return derive(algorithm, key, length);
    };
    await safetyWords(ROOM, [LEE]).finally(() => Reflect.deleteProperty(subtle, 'deriveBits'));
    expect(rounds).toHaveLength(1);
    expect(rounds[0]).toBeGreaterThanOrEqual(200_000);
  });
});
