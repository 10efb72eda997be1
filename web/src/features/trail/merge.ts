// One order for what seven services say: by time, then service, then sequence (CONTRACT "trail").
import type { TrailEntry } from '../../api/types';

export const inOrder = (a: TrailEntry, b: TrailEntry): number => a.at - b.at || a.service.localeCompare(b.service) || a.sequence - b.sequence;

export const merge = (parts: readonly (readonly TrailEntry[])[]): TrailEntry[] => parts.flat().sort(inOrder);

/** Whether nobody did it: time passed, or one service told another. */
export const isTheHouse = ({ role }: TrailEntry): boolean => role === 'clock' || role === 'bus';

/** "checkin_answered" → "Checkin answered": the action as the service names it, readable. */
export function actionWords(action: string): string {
  const plain = (action.split('.').find((part) => !['identity', 'scheduling', 'safety', 'checkins', 'care', 'video', 'notify'].includes(part)) ?? action).replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
