import { useCommand } from '../../api/use-command';
import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import { age, length } from '../../lib/format';
import { MINUTE, secondsBetween } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { unseenSupport, useScene } from './scene';
import styles from './support-strip.module.css';

const words = consoleWords.support;
/** After 3 min the line that says so has served its purpose. */
const SHOWN_AFTER_SEEN = 3 * MINUTE;

/** The patient's one wish, across the whole width, until somebody says that they have seen it. */
export function SupportStrip() {
  const { watch, patient, id } = useScene();
  const { clinic_phone } = useMe();
  const now = useNow();
  const asked = unseenSupport(watch);
  const see = useCommand<{ id$: string }>('checkins', ({ id$ }) => `/sessions/${id}/support/${id$}/seen`, id);
  if (asked === null) {
    const seen_at = watch?.support.reduce<number>((latest, { seen_at: at }) => Math.max(latest, at ?? 0), 0) ?? 0;
    return seen_at > now - SHOWN_AFTER_SEEN && seen_at > 0 ? <p className={styles.seen}>{words.was_seen(patient, age(now, seen_at))}</p> : null;
  }
  return (
    <div className={styles.strip}>
      <div role="alert" className={styles.says}>
        <strong>{words.asks(patient)}</strong>
      </div>
      <span className={styles.since}>{words.since(length(secondsBetween(asked.asked_at, now)))}</span>
      <Button size="large" busy={see.isPending} onClick={() => see.mutate({ id$: asked.id })}>
        {words.seen}
      </Button>
      <span className={styles.hint}>{words.seen_hint(patient)}</span>
      <ProblemNotice problem={see.error} phone={clinic_phone} />
    </div>
  );
}
