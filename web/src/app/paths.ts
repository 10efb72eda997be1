// Every URL of the product, in one place. paths.test.ts keeps a snapshot: a changed link is a decision.
import type { Id } from '../api/types';

export const paths = {
  home: () => '/',
  signIn: () => '/sign-in',
  link: () => '/link',
  sitter: () => '/s',
  acknowledge: () => '/ack',
  onCall: () => '/oncall',
  account: () => '/account',
  book: () => '/book',
  prepare: (session: Id) => `/prepare/${session}`,
  room: (session: Id) => `/room/${session}`,
  console: (session: Id) => `/console/${session}`,
  board: () => '/board',
  wall: () => '/board?wall=1',
  clinic: () => '/clinic',
  numbers: () => '/numbers',
  ladder: () => '/ladder',
  alerts: () => '/alerts',
  aftercare: (session: Id) => `/aftercare/${session}`,
  morning: (session: Id) => `/morning/${session}`,
  journal: () => '/journal',
  prescriber: (session: Id) => `/prescriber/${session}`,
  mailbox: () => '/mailbox',
  rehearse: (session: Id) => `/rehearse/${session}`,
  trail: (session: Id) => `/trail/${session}`,
} as const;
