// Shapes on the wire that only the sitter's page reads; the rest is in api/types.ts.
import type { CheckinForm, Consent, Discharge, Look, NextLook, Session, Severity, Watch } from '../api/types';
import type { Micros } from '../lib/time';

/** Consents and training name a choice by id and text, the check-in form by value and label. */
export type Choice = string | { value: string; label: string } | { id: string; text: string };
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
export interface LookResult {
  severity: Severity;
  todo: string[];
  next: NextLook | null;
  /** Two answers that do not fit together, in words. */
  warning?: string | null;
}
/** `always`: part of every look; the others are asked when something is wrong. */
export type Form = Omit<CheckinForm, 'questions'> & { questions: (CheckinForm['questions'][number] & { always?: boolean })[] };
export type { Consent, Discharge, Look, NextLook, Session, Severity, Watch };
