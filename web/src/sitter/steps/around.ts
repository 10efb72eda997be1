// What is fetched when it is needed: the steps before and after the watch. None of them works without the server.
import type { ComponentType } from 'react';
import type { LaterStep } from '../step';
import { Agreement } from './agreement';
import { Checklist, Ready } from './checklist';
import { Closed } from './end';
import { Handover } from './handover';
import { PhoneTest } from './phone-test';
import { Presence } from './presence';
import { Training } from './training';

export { Vitals } from './vitals';
export const aroundSteps: Record<LaterStep, ComponentType<{ onWatch: () => void }>> = {
  agreement: Agreement,
  training: Training,
  phone_test: PhoneTest,
  presence: Presence,
  checklist: Checklist,
  ready: Ready,
  handover: Handover,
  closed: Closed,
};
