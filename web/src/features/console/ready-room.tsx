import type { ChecklistItem, Gate } from '../../api/types';
import { Loading } from '../../ui/empty';
import { consoleWords } from '../../words/en/console';
import { useChecklist, useGate } from './queries';
import { ReadyColumn } from './ready-column';
import { readyLine } from './ready-line';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;
const GROUPS: readonly ChecklistItem['group'][] = ['patient', 'sitter', 'therapist', 'prescriber'];

export function ReadyLine({ gate }: { gate: Gate | undefined }) {
  const { names, patient } = useScene();
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
  return (
    <div className={styles.room}>
      <ReadyLine gate={gate} />
      <div className={styles.columns}>
        {GROUPS.map((group) => (
          <ReadyColumn key={group} group={group} items={items.filter((item) => item.group === group)} red={gate?.red ?? []} />
        ))}
      </div>
    </div>
  );
}
