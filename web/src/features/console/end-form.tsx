import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import type { EndKind } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { HoldButton } from '../../ui/hold-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { useDrawer } from './drawers';
import styles from './drawer.module.css';
import { useScene } from './scene';

const words = consoleWords.end;
const BEFORE: readonly EndKind[] = ['without_dose', 'withdrawn', 'no_show'];
const AFTER: readonly EndKind[] = ['handed_over', 'withdrawn'];

/** Every way a session ends that is not a discharge. */
export function EndForm() {
  const { id, session } = useScene();
  const { clinic_phone } = useMe();
  const { show } = useDrawer();
  const [kind, setKind] = useState<EndKind | null>(null);
  const [reason, setReason] = useState('');
  const end = useCommand<{ kind: EndKind; reason: string }>('safety', () => `/sessions/${id}/end`, id);
  const whole = kind !== null && reason.trim() !== '';
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <p>{words.lead}</p>
      <fieldset className={styles.question}>
        <legend>{words.title}</legend>
        <div className={styles.stack}>
          {(session.dose_at === null ? BEFORE : AFTER).map((choice) => (
            <label key={choice} className={styles.choice}>
              <input type="radio" name="end" checked={kind === choice} onChange={() => setKind(choice)} />
              {words.kinds[choice]}
            </label>
          ))}
        </div>
      </fieldset>
      <Textarea label={words.reason} rows={3} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <ProblemNotice problem={end.error} phone={clinic_phone} />
      {whole ? (
        <HoldButton seconds={3} hint={words.hold} busy={end.isPending} onHeld={() => end.mutate({ kind, reason }, { onSuccess: () => show(null) })}>
          {words.press}
        </HoldButton>
      ) : (
        <p className={styles.muted}>{words.reason_needed}</p>
      )}
    </form>
  );
}
