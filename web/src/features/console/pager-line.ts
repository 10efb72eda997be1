// The page before the session in one sentence: what is missing, who is asked, who answered.
import type { SessionNames } from '../../api/people';
import type { Watch } from '../../api/types';
import { clockTime } from '../../lib/time';
import { consoleWords } from '../../words/en/console';

type Pager = NonNullable<Watch['pager']>;
type Page = Pager['pages'][number];

const words = consoleWords.pager;

export function pagerLine(pager: Pager, names: SessionNames): string {
  const { answered_by, answered_at, hole, next_at, page_at, pages, state } = pager;
  if (answered_by !== null && answered_at !== null) return words.answered(names.name(answered_by), clockTime(answered_at));
  if (hole !== null) return words.holes[hole] ?? words.holes['unreachable'] ?? hole;
  const last = pages.at(-1);
  if (state === 'paging' && last !== undefined && next_at !== null) return words.paging(names.name(last.person), clockTime(next_at));
  if (state === 'unanswered') return words.unanswered;
  if (state === 'planned' && page_at !== null) return words.planned(clockTime(page_at));
  return state === 'over' ? words.over : words.on_arrival;
}

/** One page goes out over several channels at once: one line for all of them. */
export function byRound(pages: readonly Page[]): { round: number; person: string; paged_at: number; sent: Page[] }[] {
  const lines: { round: number; person: string; paged_at: number; sent: Page[] }[] = [];
  for (const page of pages) {
    const line = lines.find(({ round, person }) => round === page.round && person === page.person);
    if (line === undefined) lines.push({ round: page.round, person: page.person, paged_at: page.paged_at, sent: [page] });
    else line.sent.push(page);
  }
  return lines;
}
