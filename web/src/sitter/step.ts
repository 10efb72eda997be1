// Where the sitter is. A function of what the server says, so that a reload lands on the same step.

import type { ChecklistItem } from '../api/types';
import type { World } from './store';

export type PreparingStep = 'agreement' | 'training' | 'phone_test' | 'presence' | 'checklist' | 'ready';
/** Fetched when needed. */
export type LaterStep = PreparingStep | 'handover' | 'closed';
export type Step = LaterStep | 'loading' | 'open' | 'refused' | 'waiting' | 'witness' | 'watch' | 'after';

/** The steps before the dose, in order: what "Step 3 of 6" counts. */
export const PREPARING: readonly PreparingStep[] = ['agreement', 'training', 'phone_test', 'presence', 'checklist', 'ready'];
export const isLater = (step: Step): step is LaterStep => step === 'handover' || step === 'closed' || isPreparing(step);
export const isPreparing = (step: Step): step is PreparingStep => PREPARING.some((one) => one === step);

const ENDED = new Set(['closed', 'ended_without_dose', 'withdrawn', 'no_show', 'handed_over']);
const PHONE_ITEM = 'ST-PHONE';

/** Some items need everybody's yes: one's own is enough to go on, unless it has grown old. */
export const isSettled = ({ state, answers }: ChecklistItem): boolean =>
  state === 'yes' || state === 'declined' || (state !== 'expired' && answers.some(({ role, answer }) => role === 'sitter' && answer === 'yes'));

/** Items the sitter answers by pressing; the system proves the others. */
export function ownItems(world: World): World['checklist'] {
  return world.checklist.filter((item) => item.attesters.includes('sitter') && item.state !== 'system'
    && item.method !== 'system' && item.id !== PHONE_ITEM);
}

function preparing(world: World): Step {
  const agreement = world.consents.find((consent) => consent.kind === 'sitter_agreement');
  if (agreement && agreement.signed_at === null) return 'agreement';
  if (world.training && world.training.passed_at === null) return 'training';
  if (!world.phone_tested) return 'phone_test';
  if (!world.me?.presence) return 'presence';
  if (!ownItems(world).every(isSettled)) return 'checklist';
  if (!world.session?.ready.sitter) return 'ready';
  return 'waiting';
}

function underway(world: World): Step {
  if (!world.me?.presence) return 'presence';
  const proposed = world.session?.discharge;
  return proposed && !proposed.accepted_at ? 'handover' : 'watch';
}

export function stepOf(world: World): Step {
  if (world.door === 'loading') return 'loading';
  if (world.door !== 'in') return world.door;
  const session = world.session;
  if (session === null) return world.me === null ? 'loading' : preparing(world);
  if (ENDED.has(session.phase)) return 'closed';
  if (session.phase === 'discharged') return 'after';
  if (session.phase === 'dosed' || session.phase === 'recovering') return underway(world);
  const step = preparing(world);
  return session.phase === 'dosing_offered' && step === 'waiting' ? 'witness' : step;
}
