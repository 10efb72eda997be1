import type { ChecklistItem, GateItem, Session } from '../../api/types';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { PresenceCodeCard } from './presence-code';
import { ReadyItem } from './ready-item';
import styles from './ready.module.css';
import { SoundTest } from './sound-test';
import { useScene } from './scene';
import { ReadyPress } from './ready-press';

const words = consoleWords.ready;

const isDone = ({ state }: ChecklistItem): boolean => state === 'yes' || state === 'system' || state === 'declined';

const readyKey = (group: ChecklistItem['group']): keyof Session['ready'] | null => (group === 'prescriber' ? null : group);

export function ReadyColumn({ group, items, red }: { group: ChecklistItem['group']; items: ChecklistItem[]; red: readonly GateItem[] }) {
  const { session, names } = useScene();
  const key = readyKey(group);
  const open = items.filter((item) => !isDone(item));
  const done = items.filter(isDone);
  const person = group === 'therapist' ? words.columns.therapist : group === 'prescriber' ? words.columns.prescriber : names.name(session.people[group], words.columns[group]);
  // The gate asks for things no list holds: the sound test, presence, the watch.
  const more = red.filter((item) => !items.some(({ id }) => id === item.id) && columnOf(item) === group);
  return (
    <section className={styles.column} aria-label={person}>
      <header className={styles.head}>
        <h2>{person}</h2>
        <StateBadge tone={open.length + more.length === 0 ? 'ok' : 'soon'}>{words.open_count(open.length + more.length)}</StateBadge>
      </header>
      {key === null ? null : <StateBadge tone={session.ready[key] ? 'ok' : 'unknown'}>{session.ready[key] ? words.is_ready : words.is_not_ready}</StateBadge>}
      {group === 'therapist' ? (
        <>
          <SoundTest />
          <ReadyPress />
        </>
      ) : null}
      {group === 'sitter' ? <PresenceCodeCard /> : null}
      <ul className={styles.items}>
        {more.map((item) => (
          <li key={item.id} className={styles.item} data-blocking>
            <p className={styles.title}>{item.title}</p>
            <p className={styles.todo}>{item.todo}</p>
          </li>
        ))}
        {open.map((item) => (
          <ReadyItem key={item.id} item={item} />
        ))}
      </ul>
      {done.length === 0 ? null : (
        <details className={styles.done}>
          <summary>{words.done(done.length)}</summary>
          <ul className={styles.items}>
            {done.map((item) => (
              <ReadyItem key={item.id} item={item} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const GROUP_OF: Record<GateItem['owner_role'], ChecklistItem['group']> = { patient: 'patient', sitter: 'sitter', therapist: 'therapist', prescriber: 'prescriber', coordinator: 'prescriber', admin: 'prescriber', auditor: 'prescriber', system: 'prescriber' };
const columnOf = (item: GateItem): ChecklistItem['group'] => GROUP_OF[item.owner_role];
