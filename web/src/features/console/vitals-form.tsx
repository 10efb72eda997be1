import { NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { useMe } from '../../api/me';
import type { VitalsAnswer, VitalsEntry } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { clockTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { isBeforeDose, useScene } from './scene';
import { BAND_TONE } from './vitals-card';
import styles from './vitals.module.css';

const words = consoleWords.vitals;

type Draft = { [Name in 'systolic' | 'diastolic' | 'heart_rate' | 'spo2' | 'respiratory_rate']: number | null } & Pick<VitalsEntry, 'device' | 'symptoms' | 'moment'>;

// Wider than any living value: the form questions typing slips, the server judges the reading.
const FIELDS = [
  ['systolic', 40, 300],
  ['diastolic', 20, 200],
  ['heart_rate', 20, 250],
  ['spo2', 50, 100],
  ['respiratory_rate', 0, 60],
] as const;

function refusal({ systolic, diastolic, heart_rate }: Draft): string | undefined {
  if (systolic === null || diastolic === null || heart_rate === null) return words.fill;
  return systolic <= diastolic ? words.swapped : undefined;
}

export function VitalsForm() {
  const scene = useScene();
  const { clinic_phone } = useMe();
  const before = isBeforeDose(scene);
  const [draft, setDraft] = useState<Draft>({ systolic: null, diastolic: null, heart_rate: null, spo2: null, respiratory_rate: null, device: 'upper_arm', symptoms: false, moment: before ? 'before' : scene.session.phase === 'recovering' ? 'discharge' : 'during' });
  const save = useCommand<VitalsEntry, VitalsAnswer>('safety', () => `/sessions/${scene.id}/vitals`, scene.id);
  const set = <Name extends keyof Draft>(name: Name, value: Draft[Name]): void => setDraft((old) => ({ ...old, [name]: value }));
  const why = refusal(draft);
  const submit = (): void => {
    const { systolic, diastolic, heart_rate } = draft;
    if (systolic === null || diastolic === null || heart_rate === null) return;
    save.mutate({ ...draft, systolic, diastolic, heart_rate, taken_at: serverNow() }, { onSuccess: () => setDraft((old) => ({ ...old, systolic: null, diastolic: null, heart_rate: null, spo2: null, respiratory_rate: null })) });
  };
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      {save.data === undefined ? null : <Answer answer={save.data} />}
      <div className={styles.fields}>
        {FIELDS.map(([name, min, max]) => (
          <NumberInput key={name} label={words[name]} min={min} max={max} clampBehavior="none" hideControls allowDecimal={false} allowNegative={false} inputMode="numeric" value={draft[name] ?? ''} onChange={(value) => set(name, value === '' ? null : Number(value))} />
        ))}
        <NativeSelect label={words.device} value={draft.device} onChange={(event) => set('device', event.currentTarget.value as Draft['device'])} data={[{ value: 'upper_arm', label: words.upper_arm }, { value: 'wrist', label: words.wrist }]} />
        {before ? null : <NativeSelect label={words.moment} value={draft.moment} onChange={(event) => set('moment', event.currentTarget.value as Draft['moment'])} data={[{ value: 'during', label: words.during }, { value: 'discharge', label: words.discharge }]} />}
      </div>
      <label className={styles.check}>
        <input type="checkbox" checked={draft.symptoms} onChange={(event) => set('symptoms', event.currentTarget.checked)} />
        {words.symptoms}
      </label>
      <ProblemNotice problem={save.error} phone={clinic_phone} />
      <div>
        <Button type="submit" busy={save.isPending} refused={why} onClick={submit}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

const Answer = ({ answer }: { answer: VitalsAnswer }) => (
  <div className={styles.answer} role="status">
    <StateBadge tone={BAND_TONE[answer.band]}>{words.band[answer.band]}</StateBadge>
    <p>{answer.todo}</p>
    {answer.recheck_at === null ? null : <p>{words.recheck(clockTime(answer.recheck_at))}</p>}
  </div>
);
