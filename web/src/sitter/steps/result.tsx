// What the answers mean and what to do: the server's judgement, or the form's own words while there is no line.
import { useEffect } from 'react';
import { countdown, secondsUntil, clockTime } from '../../lib/time';
import { useNow } from '../../api/use-now';
import { sitterWords as w } from '../../words/en/sitter';
import { useSession } from '../context';
import { Mark, type Shape } from '../parts/screen';
import type { Severity } from '../types';
import type { Given } from './look';

/** Long enough to read twice. */
const THANKS_MS = 8_000;
const SHAPES: Record<Severity, Shape> = { ok: 'ok', watch: 'soon', urgent: 'late', emergency: 'alarm' };

/** What is shown: the server's word wins; without it, the form's. */
export function judged({ outcome, guess }: Given): Given['guess'] {
  return outcome.kind === 'sent' ? { severity: outcome.answer.severity, todo: outcome.answer.todo } : guess;
}

function Thanks({ given, onDone }: { given: Given; onDone: () => void }) {
  const { therapist, zone } = useSession();
  const { outcome } = given;
  useEffect(() => {
    if (outcome.kind === 'sending') return;
    const timer = setTimeout(onDone, THANKS_MS);
    return () => clearTimeout(timer);
  }, [onDone, outcome.kind]);
  if (outcome.kind === 'sending') return <p role="status">{w.watch.sending}</p>;
  const next = outcome.kind === 'sent' ? outcome.answer.next : null;
  return (
    <section className="thanks" role="status">
      <h1>
        <Mark shape={outcome.kind === 'sent' ? 'ok' : 'unknown'}>{w.watch.thanks}</Mark>
      </h1>
      <p>{outcome.kind === 'sent' ? w.watch.seen(therapist) : outcome.kind === 'kept' ? w.watch.kept : outcome.problem.message}</p>
      {next !== null && <p>{w.watch.nextLookAt(clockTime(next.due_at, zone))}</p>}
    </section>
  );
}

export function Result({ given, onDone }: { given: Given; onDone: () => void }) {
  const now = useNow();
  const { severity, todo } = judged(given);
  const { outcome } = given;
  if (severity === 'ok') return <Thanks given={given} onDone={onDone} />;
  const next = outcome.kind === 'sent' ? outcome.answer.next : null;
  const left = next === null ? null : secondsUntil(now, next.due_at);
  return (
    <section className={`result result-${severity}`} role="alert">
      <h1>
        <Mark shape={SHAPES[severity]}>{w.watch.severity[severity]}</Mark>
      </h1>
      <ul className="todo">
        {todo.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {outcome.kind === 'sent' && outcome.answer.warning && <p>{outcome.answer.warning}</p>}
      {left !== null && <p className="recheck">{left > 0 ? w.watch.recheck(countdown(left)) : w.watch.recheckNow}</p>}
      {outcome.kind === 'kept' && <p>{w.watch.kept}</p>}
      {outcome.kind === 'refused' && <p>{outcome.problem.message}</p>}
    </section>
  );
}
