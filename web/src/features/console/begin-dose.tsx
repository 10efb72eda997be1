import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import type { Problem } from '../../api/problems';
import type { Gate, Session } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { list } from '../../lib/format';
import { secondsUntil } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import styles from './begin-dose.module.css';
import { useGate } from './queries';
import { countWords } from './ready-line';
import { useScene } from './scene';

const words = consoleWords.dose;

/** Why not, in words; undefined when it may be pressed. An unknown gate is a closed gate. */
function refusal(gate: Gate | undefined, ready: Session['ready'], nameOf: (who: keyof Session['ready']) => string): string | undefined {
  if (gate === undefined) return consoleWords.ready.unknown;
  if (gate.red.length > 0) return words.refused_gate(countWords(gate.red.length));
  const waiting = (['patient', 'sitter', 'therapist'] as const).filter((who) => !ready[who]);
  if (waiting.length > 0) return words.refused_ready(list(waiting.map(nameOf)));
  return gate.open ? undefined : consoleWords.ready.unknown;
}

export function BeginDose() {
  const { id, session, names, sitter } = useScene();
  const { clinic_phone } = useMe();
  const { data: gate } = useGate(id, true);
  const offer = useCommand<Record<string, never>>('safety', () => `/sessions/${id}/dose/offer`, id);
  if (session.phase === 'dosing_offered' && session.offer !== null) return <Offered until_at={session.offer.until_at} />;
  const why = refusal(gate, session.ready, (who) => names.name(session.people[who]));
  return (
    <section className={styles.begin} aria-label={words.begin}>
      {offer.error?.code === 'gate.closed' ? <Closed problem={offer.error} /> : <ProblemNotice problem={offer.error} phone={clinic_phone} />}
      <Button size="large" wide busy={offer.isPending} refused={why} onClick={() => offer.mutate({})}>
        {words.begin}
      </Button>
      <p className={styles.hint}>{words.begin_hint(sitter)}</p>
    </section>
  );
}

function Offered({ until_at }: { until_at: number }) {
  const { sitter } = useScene();
  const now = useNow();
  return (
    <section className={styles.offered} role="status">
      <h2>{words.offered(sitter)}</h2>
      <p aria-live="off">{words.offered_left(secondsUntil(now, until_at))}</p>
    </section>
  );
}

/** The server looked again at the moment of the press and said no: each item, and whom to ask. */
function Closed({ problem }: { problem: Problem }) {
  const { names } = useScene();
  return (
    <div role="alert" className={styles.closed}>
      <strong>{words.closed_title}</strong>
      <ul>
        {problem.fields.map((field) => (
          <li key={field.name}>
            {field.detail} <em>{field.owner === null ? '' : words.owner(names.name(field.owner, field.owner))}</em>
          </li>
        ))}
      </ul>
    </div>
  );
}
