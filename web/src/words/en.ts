// Every sentence a person reads, in one reviewable place: a table of contents.
// Pages import their own file, so that a page loads its own words only.
import { problemWords } from './en/problems';
import { ringWords } from './en/ring';
import { shellWords } from './en/shell';
import { timeWords } from './en/time';

export const en = {
  problems: problemWords,
  ring: ringWords,
  shell: shellWords,
  time: timeWords,
} as const;
