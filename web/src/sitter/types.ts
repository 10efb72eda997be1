// Shapes on the wire that only the sitter's page reads; the rest is in api/types.ts.
import type { CheckinForm, Consent, Discharge, Look, Session, Severity, Watch } from '../api/types';
import type { Micros } from '../lib/time';

/** Some lists come as plain words: a word is its own value. */
export type Choice = string | { value: string; label: string };
export interface Question {
  id: string;
  text: string;
  choices: Choice[];
}
export interface Training {
  questions: Question[];
  passed_at: Micros | null;
}
export interface Wrong {
  id: string;
  why?: string;
}
export interface TrainingResult {
  score: number;
  passed: boolean;
  wrong: (string | Wrong)[];
}
export interface Named {
  person: string;
  role: string;
  first_name: string;
  duty: string | null;
}
export interface PhoneTestResult {
  passed: boolean;
  failed: string[];
}
export type NextLook = NonNullable<Watch['next']>;
export interface LookResult {
  severity: Severity;
  todo: string[];
  next: NextLook | null;
}
/** Which questions a look asks, where the protocol turns them round; without it all are asked. */
export type Form = CheckinForm & { rotation?: string[][] | null };
export type { Consent, Discharge, Look, Session, Severity, Watch };
