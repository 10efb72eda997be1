// Which of the session's items are the patient's to answer on this page.
import type { ChecklistItem } from '../../api/types';

/** Items the patient answers by pressing; address and intention have parts of their own. */
const OWN_PARTS = ['PT-LOC', 'PT-INT'];
export const ownItems = (items: readonly ChecklistItem[]): ChecklistItem[] => items.filter((item) => item.attesters.includes('patient') && item.state !== 'system' && !OWN_PARTS.includes(item.id));
