// A proposal on its way, kept in this tab: a ladder is not typed twice.
import type { Ladder, LadderBound } from '../../api/types';
import { ladderWords as words } from '../../words/en/ladder';

export interface Proposal {
  ladder: Ladder;
  reason: string;
}

/** The reason of a bound, at its field, before anybody crosses it. */
export const boundOf = (bounds: LadderBound[], field: string): string => {
  const bound = bounds.find((one) => one.field === field);
  return bound === undefined ? '' : words.bound(bound.least, bound.most, bound.why);
};

const NAME = 'holdspace.ladder-draft';

export function keep(draft: Proposal | null): void {
  if (draft === null) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, JSON.stringify(draft));
}

export function kept(): Proposal | null {
  try {
    const draft: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    return typeof draft === 'object' && draft !== null && 'ladder' in draft && 'reason' in draft ? (draft as Proposal) : null;
  } catch {
    return null;
  }
}
