import { beforeEach, describe, expect, it } from 'vitest';
import type { RosterEntry } from '../types';
import { agreedBefore, encryptionOf, keepAgreed, openingOf } from './agreement';

const entry = (person: string, encrypts: boolean | null, agrees_open = false, place: RosterEntry['place'] = 'present'): RosterEntry => ({
  person, role: 'patient', place, since_at: 0, camera: true, microphone: true, picture: null, sound: null, quality: null, encrypts, agrees_open,
});
const YES = new Set(['sam']);
const SAFE = { kind: 'encrypted', words: null } as const;
const kindOf = (roster: RosterEntry[], agreedTo: ReadonlySet<string> = YES) => encryptionOf(openingOf(roster, agreedTo), SAFE).kind;

describe('a call', () => {
  it('is encrypted while everyone present can', () => {
    expect(kindOf([entry('lee', true), entry('sam', true), entry('ana', null, false, 'expected')])).toBe('encrypted');
  });

  it('is not opened by the house alone: without this person’s own press it asks', () => {
    expect(kindOf([entry('lee', true, true), entry('sam', false, true)], new Set())).toBe('asked');
  });

  it('is not opened while anybody present has not agreed, on a line that is just lost too', () => {
    expect(kindOf([entry('lee', true, true), entry('sam', false, false)])).toBe('asked');
    expect(kindOf([entry('lee', true, true), entry('sam', false, true), entry('ana', true, false, 'lost')])).toBe('asked');
  });

  it('is open when all have agreed, and says because of whom', () => {
    expect(encryptionOf(openingOf([entry('lee', true, true), entry('sam', false, true)], YES), SAFE)).toEqual({ kind: 'open', who: ['sam'] });
  });

  it('asks anew when somebody else cannot encrypt either', () => {
    expect(kindOf([entry('lee', true, true), entry('sam', false, true), entry('ana', false, true)])).toBe('asked');
  });

  it('is encrypted again when who could not has left, whatever was agreed', () => {
    expect(kindOf([entry('lee', true, true), entry('sam', null, true, 'expected')])).toBe('encrypted');
  });

  it('that is stopped is not opened by any agreement', () => {
    const opening = openingOf([entry('lee', true, true), entry('sam', false, true)], YES);
    expect(encryptionOf(opening, { kind: 'stopped', why: 'off_roster' })).toEqual({ kind: 'stopped', why: 'off_roster' });
  });

  it('on a browser that cannot encrypt is never called encrypted', () => {
    expect(encryptionOf(openingOf([], YES), null).kind).toBe('waiting');
  });
});

describe('what was agreed to', () => {
  beforeEach(() => sessionStorage.clear());

  it('is known after a reload, for this session only', () => {
    keepAgreed('s', YES);
    expect([agreedBefore('s'), agreedBefore('another')]).toEqual([YES, new Set()]);
  });

  it('is nothing when what is stored is nonsense', () => {
    for (const nonsense of ['{', '{}', 'null', '[1]']) {
      sessionStorage.setItem('holdspace.open.s', nonsense);
      expect(agreedBefore('s')).toEqual(new Set());
    }
  });
});
