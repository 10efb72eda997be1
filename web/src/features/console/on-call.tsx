import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import { age } from '../../lib/format';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;

/** Nobody begins without a person who has answered for this very session. */
export function OnCall() {
  const { id, session, watch, names } = useScene();
  const now = useNow();
  const page = useCommand<Record<string, never>>('checkins', () => `/sessions/${id}/on-call/page`, id);
  if (watch === undefined) return null;
  const name = names.name(session.people.on_call);
  if (watch.on_call_confirmed_at !== null) return <p className={styles.meta}>{words.confirmed(name)}</p>;
  return (
    <div className={styles.test}>
      {watch.on_call_paged_at === null ? null : <p className={styles.meta}>{words.paged(name, age(now, watch.on_call_paged_at))}</p>}
      <div>
        <Button look="quiet" busy={page.isPending} onClick={() => page.mutate({})}>
          {words.page_on_call(name)}
        </Button>
      </div>
      <ProblemNotice problem={page.error} />
    </div>
  );
}
