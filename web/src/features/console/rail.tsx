import { useNow } from '../../api/use-now';
import type { Look } from '../../api/types';
import { age, lengthOf } from '../../lib/format';
import { ringState } from '../../lib/ring';
import { SECOND, clockTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Ring } from '../../ui/ring';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';
import { useDrawer } from './drawers';
import { useKeeper } from './keeper';
import styles from './rail.module.css';
import { openIncidents, useScene } from './scene';

const words = consoleWords.rail;
const TONE: Record<string, Tone> = { ok: 'ok', watch: 'soon', urgent: 'alarm', emergency: 'alarm' };

/** Longer than a slow line: it waited on the phone. */
const WAITED = 10 * SECOND;

/** A late answer says how late, one that waited shows both of its times, and one that nobody signed says so. */
function HowItCame({ look: { answered_at, received_at, signature, source, counted, late_micros, task, breaths } }: { look: Look }) {
  const waited = received_at - answered_at;
  const unproven = source === 'sitter' ? words.signatures[signature] : words.by_telephone[source];
  return (
    <>
      {task === 'left_out' ? <p className={styles.muted}>{words.count_left_out}</p> : null}
      {breaths == null ? null : <p className={styles.muted}>{words.breaths(breaths)}</p>}
      {counted === 'late' ? <p className={styles.muted}>{words.answered_late(lengthOf(late_micros))}</p> : null}
      {waited > WAITED ? <p className={styles.muted}>{words.arrived_later(clockTime(answered_at), lengthOf(waited))}</p> : null}
      {unproven === undefined ? null : <p className={styles.muted}>{unproven}</p>}
    </>
  );
}

/** The ring, the last answer and its age. */
export function WatchCard() {
  const { watch, session, sitter, names } = useScene();
  const { show } = useDrawer();
  const now = useNow();
  const { view } = useKeeper();
  const next = watch?.next ?? null;
  const last = watch?.last ?? null;
  const state = ringState({
    now,
    from_at: last?.received_at ?? session.dose_at,
    due_at: next?.due_at ?? null,
    deadline_at: next?.deadline_at ?? null,
    alarm: openIncidents(watch).some((incident) => incident.state === 'open'),
    stale: view.server === 'lost' || watch === undefined,
  });
  const standing = watch?.phase === 'standing' ? words.not_armed : watch?.phase === 'aftercare' ? words.after : watch?.phase === 'closed' ? words.closed : null;
  return (
    <section className={styles.watch} aria-label={words.heading}>
      <Ring state={state} size="middle" />
      <div className={styles.words}>
        {next === null ? <p>{standing}</p> : <p className={styles.due}>{words.due_at(clockTime(next.due_at))}</p>}
        {last === null ? (
          <p className={styles.muted}>{words.no_last}</p>
        ) : (
          <p>
            <StateBadge tone={TONE[last.severity] ?? 'unknown'}>{words.severity[last.severity]}</StateBadge>
            <span className={styles.by}>
              {names.name(last.person, shellWords.roles.sitter)}, {age(now, last.received_at)}
            </span>
          </p>
        )}
        {last === null ? null : <HowItCame look={last} />}
        {watch !== undefined && watch.missed > 0 ? <StateBadge tone="late">{words.missed(watch.missed)}</StateBadge> : null}
        {next === null ? null : (
          <Button look="bare" className={styles.small} onClick={() => show('look')}>
            {words.look_for(sitter)}
          </Button>
        )}
      </div>
    </section>
  );
}
