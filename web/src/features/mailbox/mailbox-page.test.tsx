import { expect, it } from 'vitest';
import { bundles } from './mailbox-page';

const mail = (id: string, incident: string | null, sent_at: number) => ({ id, to_role: 'prescriber' as const, to_name: 'Noor', subject: '', text: '', links: [], earlier: 0, sent_at, incident });

it('folds the mails of one incident, newest first', () => {
  expect(bundles([mail('a', 'i', 1), mail('b', null, 2), mail('c', 'i', 3)]).map(({ key, mails }) => [key, mails.length])).toEqual([
    ['i', 2],
    ['b', 1],
  ]);
});
