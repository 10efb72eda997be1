import { Checkbox, NativeSelect, NumberInput } from '@mantine/core';
import type { LadderBound, LadderChannel, LadderWho, Rung } from '../../api/types';
import { Button } from '../../ui/button';
import { ladderWords as words } from '../../words/en/ladder';
import styles from './ladder.module.css';
import { boundOf } from './proposal';

interface RungFieldsProps {
  /** Its place, from 0. */
  at: number;
  rung: Rung;
  bounds: LadderBound[];
  /** What the server says of a field of this ladder. */
  fault: (field: string) => string | null;
  onChange: (rung: Rung) => void;
  onRemove: () => void;
}

const WHO = Object.keys(words.who) as LadderWho[];
const CHANNELS = Object.keys(words.channels) as LadderChannel[];

/** One step. Its order counts where people are told one after the other: who is ticked last is told last. */
export function RungFields({ at, rung, bounds, fault, onChange, onRemove }: RungFieldsProps) {
  const here = (field: string): string | null => fault(`rungs/${at}/${field}`);
  return (
    <fieldset className={styles.rung}>
      <legend>{words.step(at + 1)}</legend>
      {at === 0 ? (
        <p className={styles.muted}>{words.first_at_once}</p>
      ) : (
        <NumberInput label={words.after} description={boundOf(bounds, 'after_seconds')} error={here('after_seconds')} allowDecimal={false} value={rung.after_seconds} onChange={(value) => onChange({ ...rung, after_seconds: Number(value) })} />
      )}
      <Checkbox.Group label={words.whom} error={here('who')} value={rung.who} onChange={(who) => onChange({ ...rung, who: who as LadderWho[] })}>
        <div className={styles.ticks}>
          {WHO.map((who) => (
            <Checkbox key={who} value={who} label={words.who[who]} />
          ))}
        </div>
      </Checkbox.Group>
      <Checkbox.Group label={words.how} error={here('channels')} value={rung.channels} onChange={(channels) => onChange({ ...rung, channels: channels as LadderChannel[] })}>
        <div className={styles.ticks}>
          {CHANNELS.map((channel) => (
            <Checkbox key={channel} value={channel} label={words.channels[channel]} />
          ))}
        </div>
      </Checkbox.Group>
      <NativeSelect
        label={words.order}
        value={rung.order}
        onChange={(event) => onChange({ ...rung, order: event.currentTarget.value === 'serial' ? 'serial' : 'parallel' })}
        data={[
          { value: 'parallel', label: words.all_at_once },
          { value: 'serial', label: words.one_by_one },
        ]}
      />
      {rung.order === 'serial' ? <NumberInput label={words.gap} description={boundOf(bounds, 'gap_seconds')} error={here('gap_seconds')} allowDecimal={false} value={rung.gap_seconds} onChange={(value) => onChange({ ...rung, gap_seconds: Number(value) })} /> : null}
      {fault(`rungs/${at}`) === null ? null : <p className={styles.fault}>{fault(`rungs/${at}`)}</p>}
      {at === 0 ? null : (
        <div>
          <Button look="bare" aria-label={words.remove(at + 1)} onClick={onRemove}>
            {words.remove_short}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
