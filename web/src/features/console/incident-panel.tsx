import { NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useCommand } from '../../api/use-command';
import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import { useSecondContact } from '../../api/second-contact';
import type { Id, Incident, Outcome } from '../../api/types';
import { age, length } from '../../lib/format';
import { clockTime, countdown, secondsBetween, secondsUntil } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { causeWords, scripts } from '../../words/en/causes';
import { consoleWords } from '../../words/en/console';
import { AlertStrip } from './alarm';
import styles from './incident-panel.module.css';
import { channelWords } from './incident-words';
import { firstThing, openIncidents, useScene, whoSat } from './scene';
import { SecondContactLine } from './second-contact';

const words = consoleWords.incident;
const TONE: Record<Incident['severity'], Tone> = { ok: 'unknown', watch: 'late', urgent: 'alarm', emergency: 'alarm' };

/** Over the rail, never over the face: who, what, since when, who was told, what comes next. */
export function IncidentPanel() {
  const { watch } = useScene();
  const open = openIncidents(watch);
  if (open.length === 0) return null;
  return (
    <section className={styles.panel} data-incidents aria-label={words.heading(open.length)}>
      {open.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
    </section>
  );
}

function IncidentCard({ incident }: { incident: Incident }) {
  const scene = useScene();
  const { watch, patient, id } = scene;
  const { clinic_phone } = useMe();
  const now = useNow();
  const [closing, setClosing] = useState(false);
  const cause = causeWords(incident, whoSat(scene, incident), patient);
  const acknowledge = useCommand<Record<string, never>>('checkins', () => `/incidents/${incident.id}/acknowledge`, id);
  return (
    <article className={styles.incident} data-state={incident.state}>
      {incident.state === 'open' ? <AlertStrip alert={{ title: cause, detail: firstThing(watch, words.script), priority: incident.severity === 'watch' ? 'late' : 'alarm' }} /> : <h3 className={styles.cause}>{cause}</h3>}
      <p className={styles.when}>
        <StateBadge tone={TONE[incident.severity]}>{words.severities[incident.severity]}</StateBadge> {words.since(length(secondsBetween(incident.opened_at, now)))} {incident.step === null ? null : ` · ${words.step(incident.step)}`}
        {incident.next_step_at === null || incident.next_step_at <= now || incident.state !== 'open' ? null : ` · ${words.next(countdown(secondsUntil(now, incident.next_step_at)))}`}
      </p>
      <Script cause={incident.cause} />
      <Told incident={incident} />
      <SecondContactLine incident={incident} />
      <ProblemNotice problem={acknowledge.error} phone={clinic_phone} />
      {incident.state === 'open' ? (
        <Button wide size="large" busy={acknowledge.isPending} onClick={() => acknowledge.mutate({})}>
          {words.acknowledge}
        </Button>
      ) : (
        <Acknowledged incident={incident} />
      )}
      {closing ? (
        <Resolve incident={incident} onLeave={() => setClosing(false)} />
      ) : (
        <Button look={incident.state === 'open' ? 'bare' : 'quiet'} onClick={() => setClosing(true)}>
          {words.resolve}
        </Button>
      )}
    </article>
  );
}

function Script({ cause }: { cause: string }) {
  const script = scripts[cause];
  if (script === undefined) return null;
  return (
    <ol className={styles.script} aria-label={words.script_label}>
      {script.steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}

function Acknowledged({ incident }: { incident: Incident }) {
  const { names } = useScene();
  const until = incident.acknowledged_until;
  return <p>{words.acknowledged(names.name(incident.acknowledged_by, consoleWords.someone), until === null ? '' : clockTime(until))}</p>;
}

function Told({ incident }: { incident: Incident }) {
  const { id, names } = useScene();
  const { data: second } = useSecondContact(id, incident.second_contact !== null);
  const now = useNow();
  // A second contact is no member of the session.
  const name = (person: Id): string => names.name(person, second?.person === person ? (second.first_name ?? undefined) : undefined);
  return (
    <details className={styles.told} open={incident.told.length <= 3}>
      <summary>{words.told}</summary>
      <ul>
        {incident.told.length === 0 ? <li>{words.nobody}</li> : null}
        {incident.told.map(({ person, channel, state, at }) => (
          <li key={`${person}${channel}${at}`}>
            {words.told_one(name(person), channelWords(channel), words.sent_states[state] ?? state)} <span className={styles.age}>{age(now, at)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface Resolution {
  outcome: Outcome;
  note: string;
}

function Resolve({ incident, onLeave }: { incident: Incident; onLeave: () => void }) {
  const { id } = useScene();
  const [outcome, setOutcome] = useState<Outcome | ''>('');
  const [note, setNote] = useState('');
  const resolve = useCommand<Resolution>('checkins', () => `/incidents/${incident.id}/resolve`, id);
  const whole = outcome !== '' && note.trim() !== '';
  const choices = [{ value: '', label: words.pick }, ...Object.entries(words.outcomes).map(([value, label]) => ({ value, label }))];
  return (
    <form className={styles.resolve} onSubmit={(event) => event.preventDefault()}>
      <NativeSelect label={words.outcome} data={choices} value={outcome} onChange={(event) => setOutcome(event.currentTarget.value as Outcome | '')} />
      <Textarea label={words.note} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <ProblemNotice problem={resolve.error} />
      <div className={styles.actions}>
        <Button type="submit" busy={resolve.isPending} refused={whole ? undefined : words.note_needed} onClick={() => outcome !== '' && resolve.mutate({ outcome, note })}>
          {words.close}
        </Button>
        <Button look="bare" onClick={onLeave}>
          {consoleWords.close}
        </Button>
      </div>
    </form>
  );
}
