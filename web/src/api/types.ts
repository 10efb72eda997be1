// The shapes on the wire, from proto/openapi.json by way of generated/schema.ts (`npm run gen`).
// The service is the truth: here its types get the names that pages use, and closed lists where it says "string".
import type { components } from './generated/schema';

type Schemas = components['schemas'];
/** What the server says, it says whole: what is not there is null, never left out. */
type Whole<T> = T extends readonly (infer E)[] ? Whole<E>[] : T extends object ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> } : T;
type Said<N extends keyof Schemas> = Whole<Schemas[N]>;
/** The same with some fields known more closely. A field the service does not have, or of another kind, does not compile. */
type Closely<T, N extends { [K in keyof N]: K extends keyof T ? T[K] : never }> = Omit<T, keyof N> & N;

export type Id = string;
export type Role = Schemas['Role'];
export type Severity = Schemas['Severity'];

// identity
export type Me = Said<'Me'>;
export type Redeemed = Closely<Said<'Entered'>, { next: 'account' | 'home' | 'sitter' | 'morning' }>;
export type SignedIn = Said<'Entered'>;
export type PersonName = Said<'Listed'>;
export type SessionPerson = Closely<Said<'Member'>, { duty: 'on_call' | null }>;
export type PresenceCode = Said<'Shown'>;
export type WithinReach = Said<'WithinReach'>;
export type SecondContact = Closely<Said<'SecondContact'>, { standing: 'none' | 'asked' | 'confirmed' | 'declined' | 'sits' }>;

// scheduling
export type WeeklyWindow = Said<'Opening'>;
export type Availability = Said<'Availability'>;
export type Slot = Said<'Slot'>;
export type Booking = Said<'BookingEntry'>;
export type OnCallDuty = Said<'OnCall'>;
export type Roster = Said<'Roster'>;
export type RosterStretch = Said<'RosterStretch'>;
export type WeeklyDuty = Said<'WeeklyDuty'>;
export type OffsetChoice = Schemas['OffsetChoice'];

// safety
export type Phase =
  | 'booked'
  | 'arriving'
  | 'gate'
  | 'dosing_offered'
  | 'dosed'
  | 'recovering'
  | 'discharged'
  | 'closed'
  | 'ended_without_dose'
  | 'withdrawn'
  | 'no_show'
  | 'handed_over';
export type ProtocolPhase = 'absorb' | 'onset' | 'peak' | 'return' | 'recover';
export type BoardRow = Closely<Said<'BoardRow'>, { phase: Phase; protocol_phase: ProtocolPhase | null }>;
export type EndKind = 'without_dose' | 'withdrawn' | 'no_show' | 'handed_over';
export type Session = Closely<
  Said<'SessionView'>,
  { phase: Phase; protocol_phase: ProtocolPhase | null; end: Closely<Said<'EndView'>, { kind: EndKind }> | null }
>;
export type Discharge = Said<'DischargeView'>;
export type GateItem = Closely<Said<'RedView'>, { owner_role: Role | 'system' }>;
export type Gate = Closely<Said<'GateView'>, { red: GateItem[]; amber: GateItem[] }>;
/** `system`: the house checks it, and it is not so yet. */
export type ItemState = 'open' | 'yes' | 'no' | 'declined' | 'expired' | 'system';
export type ChecklistItem = Closely<
  Said<'ItemView'>,
  {
    group: 'patient' | 'sitter' | 'therapist' | 'prescriber';
    state: ItemState;
    answers: Closely<Said<'AnswerView'>, { answer: 'yes' | 'no' | 'declined' }>[];
  }
>;
/** As kept: what was left empty is null. */
export type KnownAddress = Said<'Address'>;
/** As a form fills it in. */
export type Address = { [K in keyof KnownAddress]: string };
/** `sitter_phone`: not answered yet by any service; pages say so where it is missing. */
export type EmergencyCard = Said<'Card'> & { sitter_phone?: string | null };
export type Consent = Said<'ConsentView'>;
/** Incomplete: nothing known is bad, and something is not known. */
export type Band = 'green' | 'amber' | 'red' | 'crisis' | 'incomplete';
type Measured = { moment: 'before' | 'during' | 'discharge'; device: 'upper_arm' | 'wrist' };
export type VitalsEntry = Closely<Said<'NewReading'>, Measured>;
export type Vitals = Closely<Said<'VitalsView'>, Measured & { band: Band }>;
/** What a reading is answered with: itself, and what to do. */
export type VitalsAnswer = Vitals;

// checkins
export type SafetyNumbers = Said<'SafetyNumbers'>;
export type Numbers = Said<'NumbersView'>;
export type NumbersSpread = Said<'SpreadView'>;
export type NumbersShare = Said<'ShareView'>;
export type NumbersVerdict = NumbersSpread['verdict'];
export interface CheckinQuestion {
  id: string;
  text: string;
  why: string;
  short: string;
  answers: { value: string; label: string; severity: Severity; todo: string | null }[];
}
export interface CheckinForm {
  version: string;
  questions: CheckinQuestion[];
}
/** `counted` is `in_time`, `extra` or `late`; `source` is `sitter`, or `observed` when the therapist looked in their place. */
export type Look = Omit<Said<'TakenLook'>, 'task' | 'breaths'> & { task?: string | null; breaths?: string | null };
/** A look that is expected; `task` is `count_breaths` where "all well" wants a count first. */
export type NextLook = Omit<Said<'NextLook'>, 'task'> & { task?: string | null };
export type SupportRequest = Said<'Support'>;
export type Outcome =
  | 'false_alarm_answered'
  | 'sitter_reached'
  | 'patient_well_seen'
  | 'session_ended_early'
  | 'emergency_services'
  | 'medical_advice'
  | 'other';
export type Incident = Closely<Said<'Incident'>, { state: 'open' | 'acknowledged' | 'resolved'; outcome: Outcome | null }>;
type WatchSaid = Closely<Said<'WatchView'>, { phase: 'standing' | 'watching' | 'aftercare' | 'closed'; incidents: Incident[] }>;
export type Watch = Omit<WatchSaid, 'next' | 'overdue' | 'last' | 'history'> & { next: NextLook | null; overdue: NextLook | null; last: Look | null; history: Look[] };
export type RehearsalKind = 'sitter_asleep' | 'phone_locked' | 'pressure' | 'therapist_offline' | 'mail_dead';
type RehearsalMark = 'phone_silent' | 'noticed' | 'mail_refused' | 'other_channel' | 'outside_told' | 'taken' | 'closed';
type RehearsalStanding = 'waiting' | 'came' | 'late' | 'missed' | 'not_needed';
export type Rehearsal = Closely<Said<'RehearsalView'>, { kind: RehearsalKind; lines: Closely<Said<'RehearsalLine'>, { mark: RehearsalMark; standing: RehearsalStanding }>[] }>;

export type Browsers = Said<'Browsers'>;
export type LadderWho = 'therapist' | 'sitter' | 'prescriber' | 'on_call' | 'second_contact';
export type LadderChannel = 'screen' | 'mail' | 'push' | 'sms' | 'voice' | 'ntfy' | 'webhook';
export type Rung = Closely<Said<'RungBody'>, { who: LadderWho[]; channels: LadderChannel[]; order: 'parallel' | 'serial' }>;
export type Ladder = Closely<Said<'LadderBody'>, { rungs: Rung[] }>;
export type LadderVersion = Closely<Said<'LadderVersion'>, { ladder: Ladder }>;
export type LadderBound = Said<'LadderBound'>;
export type LadderView = Closely<Said<'LadderView'>, { shipped: Ladder; published: LadderVersion | null; proposed: LadderVersion | null }>;

// care
export type DoseOrder = Said<'OrderRow'>;
export type NewDoseOrder = Said<'NewOrder'>;
export type Aftercare = Said<'Aftercare'>;

// video
export type RoomState = Said<'RoomNow'>;

// notify
export type MailboxItem = Said<'MailboxEntry'>;

// every service
export type TrailEntry = Said<'TrailRow'>;
