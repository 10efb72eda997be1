import type { ChecklistItem, GateItem, Session } from '../../api/types';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { OnCall } from './on-call';
import { PresenceCodeCard } from './presence-code';
import { ReadyItem } from './ready-item';
import styles from './ready.module.css';
import { SoundTest } from './sound-test';
import { useScene } from './scene';
import { ReadyPress } from './ready-press';
import { SecondContactCard } from './second-contact';

const words = consoleWords.ready;

const isDone = ({ state }: ChecklistItem): boolean => state === 'yes' || state === 'declined';

const readyKey = (group: ChecklistItem['group']): keyof Session['ready'] | null => (group === 'prescriber' ? null : group);

interface ReadyColumnProps {
  group: ChecklistItem['group'];
  items: ChecklistItem[];
  /** The gate asks for things no list holds: the sound test, presence, the watch. */
  more: readonly GateItem[];
  /** What the gate says of each, blocking or not: its sentence knows more than the list. */
  asked: readonly GateItem[];
}

export function ReadyColumn({ group, items, more, asked }: ReadyColumnProps) {
  const { session, names } = useScene();
  const key = readyKey(group);
  const open = items.filter((item) => !isDone(item));
  const done = items.filter(isDone);
  const person = group === 'therapist' ? words.columns.therapist : group === 'prescriber' ? words.columns.prescriber : names.name(session.people[group], words.columns[group]);
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
      {group === 'sitter' ? (
        <>
          <PresenceCodeCard />
          <SecondContactCard />
        </>
      ) : null}
      {group === 'prescriber' ? <OnCall /> : null}
      <ul className={styles.items}>
        {more.map((item) => (
          <li key={item.id} className={styles.item} data-blocking>
            <p className={styles.title}>
              <span aria-hidden="true" className={styles.shape}>
                {'○'}
              </span>
              {item.title}
            </p>
            <p className={styles.todo}>{item.todo}</p>
          </li>
        ))}
        {open.map((item) => (
          <ReadyItem key={item.id} item={item} asked={asked.find(({ id }) => id === item.id)} />
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
