import type { SessionNames } from '../../api/people';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import type { Id, Incident, Watch } from '../../api/types';
import { length } from '../../lib/format';
import { secondsBetween } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { prescriberWords as words } from '../../words/en/prescriber';
import { causeWords, scripts, severityWords } from '../../words/en/causes';
import { shellWords } from '../../words/en/shell';
import styles from './prescriber.module.css';

export function Incidents({ session, watch, names }: { session: Id; watch: Watch | undefined; names: SessionNames }) {
  const open = (watch?.incidents ?? []).filter(({ state }) => state !== 'resolved');
  return open.map((incident) => <OneIncident key={incident.id} session={session} incident={incident} names={names} />);
}

function OneIncident({ session, incident, names }: { session: Id; incident: Incident; names: SessionNames }) {
  const now = useNow();
  const script = scripts[incident.cause];
  const acknowledge = useCommand<{ id$: Id }>('checkins', ({ id$ }) => `/incidents/${id$}/acknowledge`, session);
  return (
    <div className={styles.incident}>
      <p role="alert">
        <strong>
          <span aria-hidden="true">▲</span> {causeWords(incident, incident.sitter === null ? names.role('sitter') : names.name(incident.sitter, shellWords.roles.sitter), names.role('patient'))}
        </strong>
      </p>
      {script && <p>{script.first}</p>}
      <p>{words.incident(severityWords[incident.severity], length(secondsBetween(incident.opened_at, now)))}</p>
      {incident.state === 'open' ? (
        <Button size="large" busy={acknowledge.isPending} onClick={() => acknowledge.mutate({ id$: incident.id })}>
          {words.acknowledge}
        </Button>
      ) : (
        <p>{words.acknowledged(names.name(incident.acknowledged_by))}</p>
      )}
      <ProblemNotice problem={acknowledge.error} />
      {script && (
        <ol className={styles.script}>
          {script.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
    </div>
  );
}
