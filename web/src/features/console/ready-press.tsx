import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { useHeardHere } from './heard-here';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;

/** "I am here", then "I am ready": the therapist's own two presses. The second wants the alarm to have been heard here. */
export function ReadyPress() {
  const { id, session } = useScene();
  const arrive = useCommand<Record<string, never>>('safety', () => `/sessions/${id}/arrival`, id);
  const ready = useCommand<Record<string, never>>('safety', () => `/sessions/${id}/ready`, id);
  const isHeard = useHeardHere(id);
  if (session.ready.therapist) return null;
  return (
    <div className={styles.answers}>
      {!session.here.therapist ? (
        <Button look="quiet" busy={arrive.isPending} onClick={() => arrive.mutate({})}>
          {words.here}
        </Button>
      ) : (
        <Button look="quiet" busy={ready.isPending} refused={isHeard ? undefined : words.sound_first} onClick={() => ready.mutate({})}>
          {words.ready}
        </Button>
      )}
      <ProblemNotice problem={arrive.error ?? ready.error} />
    </div>
  );
}
