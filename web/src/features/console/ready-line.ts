// The one line on top: what is missing, whose it is, in words.
import type { SessionNames } from '../../api/people';
import type { GateItem } from '../../api/types';
import { list, spelled } from '../../lib/format';
import { consoleWords } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';

const words = consoleWords.ready;
/** Three named things fit in one breath. */
const NAMED_MAX = 3;

const firstLower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');

export const shortName = (item: Pick<GateItem, 'id' | 'title'>): string => words.short[item.id] ?? firstLower(item.title);

/** The person's name where there is one; the role otherwise. */
export const ownerName = (names: SessionNames, item: Pick<GateItem, 'owner' | 'owner_role'>): string => names.name(item.owner, shellWords.roles[item.owner_role]);

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

export const countWords = (count: number): string => capital(words.things(count, spelled(count)));

export function readyLine(red: readonly GateItem[], names: SessionNames, patient: string): string {
  if (red.length === 0) return words.nothing(patient);
  const named = red.slice(0, NAMED_MAX).map((item) => words.one(shortName(item), ownerName(names, item)));
  const rest = red.length - named.length;
  return words.line(countWords(red.length), patient, rest > 0 ? `${named.join(', ')} ${words.and_more(rest)}` : list(named));
}
