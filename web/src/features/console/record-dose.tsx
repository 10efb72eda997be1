import { NumberInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { useMe } from '../../api/me';
import { useCommand } from '../../api/use-command';
import { MINUTE } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { useDrawer } from './drawers';
import styles from './drawer.module.css';
import { useScene } from './scene';

const words = consoleWords.dose;

interface RecordedDose {
  taken_at: number;
  lozenges: number;
  note: string | null;
}

/** A fact is always stored. */
export function RecordDose() {
  const { id } = useScene();
  const { clinic_phone } = useMe();
  const { show } = useDrawer();
  const [minutes, setMinutes] = useState(0);
  const [lozenges, setLozenges] = useState(1);
  const [note, setNote] = useState('');
  const record = useCommand<RecordedDose>('safety', () => `/sessions/${id}/dose/record`, id);
  const store = (): void => record.mutate({ taken_at: serverNow() - minutes * MINUTE, lozenges, note: note.trim() === '' ? null : note }, { onSuccess: () => show(null) });
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <p>{words.record_lead}</p>
      <NumberInput label={words.taken} min={0} max={720} allowDecimal={false} value={minutes} onChange={(value) => setMinutes(Number(value) || 0)} />
      <NumberInput label={words.lozenges} min={1} max={20} allowDecimal={false} value={lozenges} onChange={(value) => setLozenges(Number(value) || 1)} />
      <Textarea label={words.note} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <ProblemNotice problem={record.error} phone={clinic_phone} />
      <div>
        <Button type="submit" busy={record.isPending} onClick={store}>
          {words.store}
        </Button>
      </div>
    </form>
  );
}
