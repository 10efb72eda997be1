// The shapes on the wire. One file, so that generated types can take its place.
import type { Micros } from '../lib/time';

export type Id = string;
export type Role = 'patient' | 'sitter' | 'therapist' | 'prescriber' | 'coordinator' | 'admin' | 'auditor';
export type Severity = 'ok' | 'watch' | 'urgent' | 'emergency';

// identity
export interface Me {
  person: Id;
  role: Role;
  first_name: string;
  clinic: Id;
  clinic_name: string;
  clinic_phone: string;
  time_zone: string;
  session: Id | null;
  presence: boolean;
  demo: boolean;
}
export interface SignedIn {
  role: Role;
  next: string;
}
export interface Redeemed {
  role: Role;
  next: 'account' | 'home' | 'sitter' | 'morning';
  session: Id | null;
}
export interface PersonName {
  person: Id;
  role: Role;
  first_name: string;
  last_initial: string;
  time_zone: string;
}
export interface SessionPerson {
  person: Id;
  role: Role;
  first_name: string;
  duty: 'on_call' | null;
}
export interface PresenceCode {
  code: string;
  expires_at: Micros;
}

// scheduling
export interface WeeklyWindow {
  weekday: number;
  from: string;
  until: string;
}
export interface Availability {
  time_zone: string;
  weekly: WeeklyWindow[];
}
export interface Slot {
  starts_at: Micros;
  ends_at: Micros;
  on_call: Id | null;
  local: string;
}
export interface Booking {
  session: Id;
  kind: 'dosing' | 'integration';
  starts_at: Micros;
  ends_at: Micros;
  patient: Id;
  therapist: Id;
  sitter: Id | null;
  on_call: Id | null;
  prescriber: Id | null;
  state: string;
  drill: boolean;
  pace: number;
  time_zone: string;
}
export interface OnCallDuty {
  person: Id;
  from_at: Micros;
  until_at: Micros;
}

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
export interface BoardRow {
  session: Id;
  phase: Phase;
  protocol_phase: ProtocolPhase | null;
  starts_at: Micros;
  phase_since_at: Micros;
  dose_at: Micros | null;
  drill: boolean;
  pace: number;
  red: number;
  open_items: number;
  patient: Id | null;
  therapist: Id | null;
  sitter: Id | null;
  on_call: Id | null;
}
export interface Session {
  session: Id;
  phase: Phase;
  protocol_phase: ProtocolPhase | null;
  phase_since_at: Micros;
  drill: boolean;
  pace: number;
  starts_at: Micros;
  ends_at: Micros;
  dose_at: Micros | null;
  earliest_discharge_at: Micros | null;
  people: { patient: Id; sitter: Id | null; therapist: Id; prescriber: Id | null; on_call: Id | null };
  here: { patient: boolean; sitter: boolean; therapist: boolean };
  ready: { patient: boolean; sitter: boolean; therapist: boolean };
  offer: { by: Id; until_at: Micros } | null;
  discharge: Discharge | null;
  end: { kind: EndKind; reason: string | null; signed_by: Id | null } | null;
  now_at: Micros;
}
export interface Discharge {
  proposed_by: Id;
  proposed_at: Micros;
  accepted_by: Id | null;
  accepted_at: Micros | null;
  next_morning_at: Micros | null;
}
export type EndKind = 'without_dose' | 'withdrawn' | 'no_show' | 'handed_over';
export interface GateItem {
  id: string;
  title: string;
  owner_role: Role | 'system';
  owner: Id | null;
  why: string;
  todo: string;
}
export interface Gate {
  open: boolean;
  red: GateItem[];
  amber: GateItem[];
}
/** `system`: the house checks it, and it is not so yet. */
export type ItemState = 'open' | 'yes' | 'no' | 'declined' | 'expired' | 'system';
export interface ChecklistItem {
  id: string;
  group: 'patient' | 'sitter' | 'therapist' | 'prescriber';
  title: string;
  why: string;
  todo: string;
  blocking: boolean;
  attesters: Role[];
  method: string;
  declined_by: Role[];
  answers: { role: Role; answer: 'yes' | 'no' | 'declined'; at: Micros }[];
  state: ItemState;
  attested_by: Id | null;
  attested_at: Micros | null;
  expires_at: Micros | null;
}
export interface Address {
  line1: string;
  line2: string;
  city: string;
  region: string;
  postal_code: string;
  country: string;
  entry_notes: string;
  emergency_number: string;
}
/** As kept: what was left empty is null. */
export type KnownAddress = Omit<Address, 'line2' | 'region' | 'entry_notes'> & { line2: string | null; region: string | null; entry_notes: string | null };
export interface EmergencyCard {
  first_name: string | null;
  address: KnownAddress | null;
  confirmed_at: Micros | null;
  emergency_number: string | null;
  clinic_phone: string | null;
  medicine: string | null;
  dose: string | null;
  dose_at: Micros | null;
  instructions: string[];
}
export interface Consent {
  kind: string;
  version: string;
  title: string;
  text: string;
  sha256: string;
  questions: { id: string; text: string; choices: string[] }[];
  signed_at: Micros | null;
}
export type Band = 'green' | 'amber' | 'red' | 'crisis';
export interface VitalsEntry {
  moment: 'before' | 'during' | 'discharge';
  systolic: number;
  diastolic: number;
  heart_rate: number;
  spo2: number | null;
  respiratory_rate: number | null;
  device: 'upper_arm' | 'wrist';
  symptoms: boolean;
  taken_at: Micros;
}
export interface Vitals extends VitalsEntry {
  record: Id;
  /** False while the second reading of a set is still wanted. */
  completes_set: boolean;
  band: Band;
  severity: Severity;
  recorded_at: Micros;
  recorded_by: Id;
}
export interface VitalsAnswer {
  record: Id;
  band: Band;
  severity: Severity;
  recheck_at: Micros | null;
  todo: string;
}

// checkins
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
export interface Look {
  id: Id;
  sequence: number;
  severity: Severity;
  /** `in_time`, `extra` or `late`. */
  counted: string;
  /** `sitter`, or `observed` when the therapist looked in the sitter's place. */
  source: string;
  person: Id;
  answered_at: Micros;
  received_at: Micros;
  late_micros: Micros;
}
export interface SupportRequest {
  id: Id;
  asked_at: Micros;
  seen_at: Micros | null;
  seen_by: Id | null;
}
export interface Watch {
  session: Id;
  phase: 'standing' | 'watching' | 'aftercare' | 'closed';
  armed: boolean;
  drill: boolean;
  on_call_paged_at: Micros | null;
  on_call_confirmed_at: Micros | null;
  next: { sequence: number; due_at: Micros; opens_at: Micros; deadline_at: Micros } | null;
  last: Look | null;
  history: Look[];
  missed: number;
  support: SupportRequest[];
  incidents: Incident[];
  now_at: Micros;
}
export interface Incident {
  id: Id;
  session: Id;
  cause: string;
  severity: Severity;
  state: 'open' | 'acknowledged' | 'resolved';
  opened_at: Micros;
  step: number | null;
  next_step_at: Micros | null;
  acknowledged_by: Id | null;
  acknowledged_until: Micros | null;
  resolved_by: Id | null;
  outcome: Outcome | null;
  told: { person: Id; channel: string; step: number; state: string; at: Micros }[];
}
export type Outcome =
  | 'false_alarm_answered'
  | 'sitter_reached'
  | 'patient_well_seen'
  | 'session_ended_early'
  | 'emergency_services'
  | 'medical_advice'
  | 'other';

// care
export interface DoseOrder {
  order?: Id;
  strength_mg: number;
  lozenges: number;
  hold_minutes: number;
  disposal: 'spit' | 'swallow';
  max_sessions: number;
  min_interval_hours: number;
  valid_until_at: Micros;
}
export interface Aftercare {
  discharged_at: Micros | null;
  integration: { offered_at: Micros | null; booked_at: Micros | null };
  journal_prompt: string;
  morning: { due_at: Micros | null; answered_at: Micros | null };
  restrictions: { text: string; until_at: Micros }[];
}

// video
export interface RoomState {
  waiting: { person: Id; since_at: Micros; device_check: unknown }[];
  present: { person: Id; since_at: Micros }[];
}

// notify
export interface MailboxItem {
  id: Id;
  to_role: Role;
  to_name: string;
  subject: string;
  text: string;
  links: string[];
  sent_at: Micros;
  incident: Id | null;
}

// every service
export interface TrailEntry {
  at: Micros;
  service: string;
  sequence: number;
  actor: Id | null;
  role: Role | null;
  action: string;
  resource: string | null;
}
