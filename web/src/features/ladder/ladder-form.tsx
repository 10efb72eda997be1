import { NumberInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { faultAt } from '../../api/problems';
import type { Ladder, LadderBound, Rung } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { ladderWords as words } from '../../words/en/ladder';
import styles from './ladder.module.css';
import { boundOf, keep, kept, type Proposal } from './proposal';
import { RungFields } from './rung-fields';

const REASON_MIN = 20;
const REASON_MAX = 500;
const NEW_STEP: Rung = { after_seconds: 60, who: ['on_call'], channels: ['screen', 'mail'], order: 'parallel', gap_seconds: 15 };

/** What is typed stays in this tab until it was taken: over errors, reloads and other pages. */
export function LadderForm({ inUse, bounds }: { inUse: Ladder; bounds: LadderBound[] }) {
  const [draft, setDraft] = useState<Proposal>(() => kept() ?? { ladder: inUse, reason: '' });
  const propose = useCommand<Proposal>('checkins', () => '/ladder');
  const change = (next: Proposal | null): void => {
    keep(next);
    setDraft(next ?? { ladder: inUse, reason: '' });
  };
  const set = (ladder: Partial<Ladder>): void => change({ ...draft, ladder: { ...draft.ladder, ...ladder } });
  const { rungs, repeat_seconds, hold_seconds } = draft.ladder;
  const left = REASON_MIN - draft.reason.trim().length;
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()} noValidate>
      {rungs.map((rung, at) => (
        <RungFields
          key={at}
          at={at}
          rung={rung}
          bounds={bounds}
          fault={(field) => faultAt(propose.error, field)}
          onChange={(next) => set({ rungs: rungs.map((one, place) => (place === at ? next : one)) })}
          onRemove={() => set({ rungs: rungs.filter((_, place) => place !== at) })}
        />
      ))}
      {faultAt(propose.error, 'rungs') === null ? null : <p className={styles.fault}>{faultAt(propose.error, 'rungs')}</p>}
      <p className={styles.muted}>{boundOf(bounds, 'rungs')}</p>
      <div>
        <Button look="bare" onClick={() => set({ rungs: [...rungs, NEW_STEP] })}>
          {words.add}
        </Button>
      </div>
      <NumberInput label={words.repeat} description={boundOf(bounds, 'repeat_seconds')} error={faultAt(propose.error, 'repeat_seconds')} allowDecimal={false} value={repeat_seconds} onChange={(value) => set({ repeat_seconds: Number(value) })} />
      <NumberInput label={words.hold} description={boundOf(bounds, 'hold_seconds')} error={faultAt(propose.error, 'hold_seconds')} allowDecimal={false} value={hold_seconds} onChange={(value) => set({ hold_seconds: Number(value) })} />
      <Textarea label={words.why} description={words.why_hint} error={faultAt(propose.error, 'reason')} autosize minRows={2} maxLength={REASON_MAX} value={draft.reason} onChange={(event) => change({ ...draft, reason: event.currentTarget.value })} />
      <ProblemNotice problem={propose.error} />
      {propose.isSuccess ? <p role="status">{words.sent}</p> : null}
      <div className={styles.presses}>
        <Button type="submit" busy={propose.isPending} refused={left > 0 ? words.short(left) : undefined} onClick={() => propose.mutate(draft, { onSuccess: () => keep(null) })}>
          {words.send}
        </Button>
        <Button look="bare" onClick={() => change(null)}>
          {words.as_before}
        </Button>
      </div>
    </form>
  );
}
