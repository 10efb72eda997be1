import { expect, it } from 'vitest';
import type { Encryption } from '../lib/media/e2ee/agreement';
import { encryptionWords, sayEncryption } from './en/encryption';

const NAMES: Record<string, string> = { lee: 'Dr. Lee', sam: 'Sam', ana: 'Ana' };
const said = (encryption: Encryption, me = 'lee') => sayEncryption(encryption, (person) => NAMES[person] ?? 'Somebody', me);

it('names whose key is missing, and that they are not seen', () => {
  expect(said({ kind: 'waiting', missing: ['sam', 'ana'] })).toMatchObject({ tone: 'soon', text: 'The key of Sam and Ana is not here yet. Until it is, you do not see or hear Sam and Ana.', words: null, asks: false });
});

it('says "encrypted" of nothing else', () => {
  const words = ['amber', 'bagel', 'cactus', 'dinghy', 'ferry', 'guitar'];
  const all: Encryption[] = [{ kind: 'waiting', missing: [] }, { kind: 'stopped', why: 'forged' }, { kind: 'asked', who: ['sam'], agreed: true, waits_for: [] }, { kind: 'open', who: ['sam'] }];
  expect(said({ kind: 'encrypted', words })).toMatchObject({ tone: 'ok', title: encryptionWords.encrypted, words });
  for (const one of all) expect([said(one).tone === 'ok', said(one).title === encryptionWords.encrypted, said(one).words]).toEqual([false, false, null]);
});

it('asks who has not agreed, says who is still to agree, and asks nobody twice', () => {
  expect(said({ kind: 'asked', who: ['ana'], agreed: false, waits_for: ['lee', 'sam'] })).toMatchObject({ title: 'Ana: this browser cannot encrypt', asks: true });
  const agreed = said({ kind: 'asked', who: ['ana'], agreed: true, waits_for: ['lee', 'sam'] });
  expect([agreed.asks, agreed.text.endsWith('You agreed. Still to agree: Sam.')]).toEqual([false, true]);
});

it('speaks of the own browser as yours', () => {
  expect(said({ kind: 'asked', who: ['ana'], agreed: false, waits_for: [] }, 'ana').title).toBe('Your browser cannot encrypt');
  expect(said({ kind: 'open', who: ['ana', 'sam'] }, 'ana').text).toContain('because your browser and the browser of Sam cannot encrypt');
});

it.each(['off_roster', 'forged', 'failed'] as const)('says why nothing is sent: %s, and asks nothing', (why) => {
  expect(said({ kind: 'stopped', why })).toMatchObject({ tone: 'late', text: encryptionWords.why[why], asks: false });
});
