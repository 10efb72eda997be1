import { useState } from 'react';
import { useCommand } from '../../api/use-command';
import { sound } from '../../lib/sound';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { noteHeard, useHeardHere } from './heard-here';
import { NoticeLeave } from './notice-leave';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.ready;

/** Play the real alarm, ask whether it was heard. A screen that nobody can hear may not lead a session. */
export function SoundTest() {
  const { id } = useScene();
  const [played, setPlayed] = useState<'not_yet' | 'played' | 'blocked'>('not_yet');
  const heard = useCommand<{ sound_heard: true }>('checkins', () => `/sessions/${id}/screen-test`, id);
  const wasHeard = useHeardHere(id);
  const play = async (): Promise<void> => {
    const running = await sound.unlock();
    if (running) sound.play('alarm');
    setPlayed(running ? 'played' : 'blocked');
  };
  if (wasHeard)
    return (
      <div className={styles.test}>
        <p className={styles.meta}>{words.sound_done}</p>
        <NoticeLeave />
      </div>
    );
  return (
    <div className={styles.test}>
      {played === 'played' ? <p role="status">{words.sound_ask}</p> : null}
      {played === 'blocked' ? <p role="alert">{words.sound_blocked}</p> : null}
      <div className={styles.answers}>
        {played === 'played' ? (
          <Button busy={heard.isPending} onClick={() => heard.mutate({ sound_heard: true }, { onSuccess: () => noteHeard(id) })}>
            {words.sound_heard}
          </Button>
        ) : null}
        <Button look="quiet" onClick={() => void play()}>
          {played === 'played' ? words.sound_again : words.sound_test}
        </Button>
      </div>
      <ProblemNotice problem={heard.error} />
      <NoticeLeave />
    </div>
  );
}
