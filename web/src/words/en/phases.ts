// What a session is doing, in the same words on every page.
import type { Phase, ProtocolPhase } from '../../api/types';

const phases: Record<Phase, string> = {
  booked: 'not yet begun',
  arriving: 'people are arriving',
  gate: 'getting ready',
  dosing_offered: 'waiting for the witness',
  dosed: 'dose taken',
  recovering: 'recovering',
  discharged: 'discharged',
  closed: 'closed',
  ended_without_dose: 'ended without a dose',
  withdrawn: 'withdrawn',
  no_show: 'nobody came',
  handed_over: 'handed over',
};
const protocol: Record<ProtocolPhase, string> = { absorb: 'absorb', onset: 'onset', peak: 'peak', return: 'return', recover: 'recover' };

export const phaseWords = { phases, protocol } as const;
