// The look task: fifteen seconds on the chest, then one number. Eyes stay on the person; the phone says when it is over.
import { useEffect, useState } from 'react';
import { serverNow } from '../../api/clock';
import { useNow } from '../../api/use-now';
import { sound } from '../../lib/sound';
import { SECOND, type Micros } from '../../lib/time';
import { sitterWords as w } from '../../words/en/sitter';
import { useSession } from '../context';
import { Choices } from '../parts/choices';
import { Ring } from '../parts/ring';
import type { Form } from '../types';

/** As long as the form counts. */
const LENGTH: Micros = 15 * SECOND;
/** Felt in the hand when it is over. */
const BUZZ_MS = 200;

export type CountPhase = 'ready' | 'counting' | 'number';

/** Where the count is; it begins anew with every look. */
export function useCount(sequence: number): { phase: CountPhase; left: Micros; begin: () => void; again: () => void } {
  const now = useNow();
  const [begun, setBegun] = useState<{ sequence: number; at: Micros } | null>(null);
  const begun_at = begun?.sequence === sequence ? begun.at : null;
  const left = begun_at === null ? LENGTH : Math.max(0, begun_at + LENGTH - now);
  const phase = begun_at === null ? 'ready' : left > 0 ? 'counting' : 'number';
  useEffect(() => {
    if (phase !== 'number') return;
    navigator.vibrate?.(BUZZ_MS);
    sound.play('nudge');
  }, [phase]);
  return { phase, left, begin: () => setBegun({ sequence, at: serverNow() }), again: () => setBegun(null) };
}

interface CountTaskProps {
  question: Form['questions'][number];
  count: ReturnType<typeof useCount>;
  onNumber: (value: string) => void;
}

export function CountTask({ question, count: { phase, left }, onNumber }: CountTaskProps) {
  const { patient } = useSession();
  if (phase === 'number') {
    return (
      <section className="count-numbers">
        <h1>{w.count.howMany}</h1>
        <Choices label={w.count.howMany} choices={question.answers} onChoose={onNumber} />
      </section>
    );
  }
  return (
    <section className="count">
      <h1>{w.count.heading(patient)}</h1>
      <Ring size="large" state={{ kind: 'waiting', left: left / LENGTH, grace_left: null, until: left }} word={phase === 'ready' ? w.count.seconds : w.count.counting} />
      <p>{w.count.body(patient)}</p>
      <p className="muted">{w.count.why}</p>
    </section>
  );
}
