// Every sentence a person reads, in one reviewable place: a table of contents.
// Pages import their own file, so that a page loads its own words only.
import { boardWords } from './en/board';
import { clinicWords } from './en/clinic';
import { consoleWords } from './en/console';
import { encryptionWords } from './en/encryption';
import { homeWords } from './en/home';
import { mailboxWords } from './en/mailbox';
import { mediaWords } from './en/media';
import { phaseWords } from './en/phases';
import { prescriberWords } from './en/prescriber';
import { problemWords } from './en/problems';
import { ringWords } from './en/ring';
import { ladderWords } from './en/ladder';
import { pushWords } from './en/push';
import { rosterWords } from './en/roster';
import { shellWords } from './en/shell';
import { acknowledgeWords, linkWords, onCallWords, signInWords } from './en/sign-in';
import { timeWords } from './en/time';
import { trailWords } from './en/trail';
import { watchkeeperWords } from './en/watchkeeper';

export const en = {
  acknowledge: acknowledgeWords,
  board: boardWords,
  clinic: clinicWords,
  console: consoleWords,
  encryption: encryptionWords,
  home: homeWords,
  link: linkWords,
  mailbox: mailboxWords,
  media: mediaWords,
  onCall: onCallWords,
  phases: phaseWords,
  prescriber: prescriberWords,
  problems: problemWords,
  ladder: ladderWords,
  push: pushWords,
  ring: ringWords,
  roster: rosterWords,
  shell: shellWords,
  signIn: signInWords,
  time: timeWords,
  trail: trailWords,
  watchkeeper: watchkeeperWords,
} as const;
