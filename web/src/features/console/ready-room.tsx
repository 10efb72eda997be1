import type { ChecklistItem, GateItem } from '../../api/types';
import { Loading } from '../../ui/empty';
import { consoleWords } from '../../words/en/console';
import { useChecklist, useGate } from './queries';
import { ReadyColumn } from './ready-column';
import { readyLine } from './ready-line';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;
const GROUPS: readonly ChecklistItem['group'][] = ['patient', 'sitter', 'therapist', 'prescriber'];

/** Whose column a thing belongs to that is on nobody's list. */
const COLUMN_OF: Record<GateItem['owner_role'], ChecklistItem['group']> = { patient: 'patient', sitter: 'sitter', therapist: 'therapist', prescriber: 'prescriber', coordinator: 'prescriber', admin: 'prescriber', auditor: 'prescriber', system: 'prescriber' };

/** The one line at the top, in words. */
export function ReadyLine() {
  const { id, names, patient } = useScene();
  const { data: gate } = useGate(id, true);
  return (
    <p className={styles.line} role="status" data-open={gate?.open || undefined}>
      {gate === undefined ? words.unknown : readyLine(gate.red, names, patient)}
    </p>
  );
}

/** Four columns, one a person: what is missing first, what is done folded away. */
export function ReadyRoom() {
  const { id } = useScene();
  const { data: gate } = useGate(id, true);
  const { data: items } = useChecklist(id, true);
  if (items === undefined) return <Loading>{consoleWords.loading}</Loading>;
  const red = gate?.red ?? [];
  const asked = [...red, ...(gate?.amber ?? [])];
  const unlisted = red.filter((item) => !items.some(({ id: listed }) => listed === item.id));
  return (
    <div className={styles.room}>
      <div className={styles.columns}>
        {GROUPS.map((group) => (
          <ReadyColumn key={group} group={group} items={items.filter((item) => item.group === group)} more={unlisted.filter((item) => COLUMN_OF[item.owner_role] === group)} asked={asked} />
        ))}
      </div>
    </div>
  );
}
