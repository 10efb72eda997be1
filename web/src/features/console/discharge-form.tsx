import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import { useCommand } from '../../api/use-command';
import { clockTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { HoldButton } from '../../ui/hold-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import styles from './drawer.module.css';
import { useScene } from './scene';

const words = consoleWords.discharge;
const CRITERIA = Object.keys(words.criteria);
const ITEMS = Object.keys(words.padss_items);
/** Nine of ten and no zero: clinical.md §7.1, PADSS. */
const SCORE_MIN = 9;

interface Signed {
  criteria: Record<string, boolean>;
  padss: Record<string, number>;
}

export function DischargeForm() {
  const { id, session, sitter } = useScene();
  const { clinic_phone } = useMe();
  const now = useNow();
  const [criteria, setCriteria] = useState<Record<string, boolean>>({});
  const [padss, setPadss] = useState<Record<string, number>>({});
  const sign = useCommand<Signed>('safety', () => `/sessions/${id}/discharge`, id);
  if (session.discharge !== null || sign.isSuccess) return <p role="status">{words.waiting(sitter)}</p>;
  const missing = CRITERIA.filter((criterion) => criteria[criterion] !== true).length;
  const sum = ITEMS.reduce((total, item) => total + (padss[item] ?? 0), 0);
  const low = sum < SCORE_MIN || ITEMS.some((item) => (padss[item] ?? 0) === 0);
  const early = session.earliest_discharge_at !== null && now < session.earliest_discharge_at ? words.earliest(clockTime(session.earliest_discharge_at)) : undefined;
  const why = early ?? (missing > 0 ? words.not_all(missing) : low ? words.score_low : undefined);
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <p>{words.lead}</p>
      <fieldset className={styles.question}>
        {CRITERIA.map((criterion) => (
          <label key={criterion} className={styles.check}>
            <input type="checkbox" checked={criteria[criterion] === true} onChange={(event) => setCriteria({ ...criteria, [criterion]: event.currentTarget.checked })} />
            <span>{words.criteria[criterion]}</span>
          </label>
        ))}
      </fieldset>
      {ITEMS.map((item) => (
        <fieldset key={item} className={styles.question}>
          <legend>{words.padss_items[item]}</legend>
          <div className={styles.choices}>
            {words.padss_words.map((word, score) => (
              <label key={word} className={styles.choice}>
                <input type="radio" name={`padss-${item}`} checked={padss[item] === score} onChange={() => setPadss({ ...padss, [item]: score })} />
                {word}
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <p role="status">{words.total(sum)}</p>
      <ProblemNotice problem={sign.error} phone={clinic_phone} />
      <div>
        <Button type="submit" size="large" busy={sign.isPending} refused={why} onClick={() => sign.mutate({ criteria, padss })}>
          {words.sign}
        </Button>
      </div>
    </form>
  );
}

/** The last signature: the watch stands down only then. */
export function CloseSession() {
  const { id } = useScene();
  const { clinic_phone } = useMe();
  const [note, setNote] = useState('');
  const close = useCommand<{ note: string | null }>('safety', () => `/sessions/${id}/closure`, id);
  return (
    <div className={styles.form}>
      <p>{words.close_lead}</p>
      <Textarea label={words.close_note} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <ProblemNotice problem={close.error} phone={clinic_phone} />
      <HoldButton seconds={3} hint={words.hold} busy={close.isPending} onHeld={() => close.mutate({ note: note.trim() === '' ? null : note })}>
        {words.close}
      </HoldButton>
    </div>
  );
}
