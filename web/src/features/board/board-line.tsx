import { Link } from '@tanstack/react-router';
import { useMe } from '../../api/me';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import type { Id } from '../../api/types';
import { paths } from '../../app/paths';
import { length } from '../../lib/format';
import { secondsBetween, tPlus } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { Ring } from '../../ui/ring';
import { StateBadge } from '../../ui/state-badge';
import { boardWords as words } from '../../words/en/board';
import { causeWords } from '../../words/en/causes';
import { phaseWords } from '../../words/en/phases';
import type { RowState } from './board-state';
import styles from './board.module.css';

/** Ring, who, phase, state, owner, how long: readable from three metres on the wall. */
export function BoardLine({ state, name, wall }: { state: RowState; name: (person: Id | null) => string; wall: boolean }) {
  const { row, ring, tone, word, since_at, incident, open } = state;
  const { role, person } = useMe();
  const now = useNow();
  const acknowledge = useCommand<{ id$: Id }>('checkins', ({ id$ }) => `/incidents/${id$}/acknowledge`, row.session);
  const mayAcknowledge = role === 'coordinator' ? row.on_call === person : role !== 'admin';
  const owner = incident === null ? name(row.therapist) : incident.acknowledged_by === null ? words.nobody : words.on_it(name(incident.acknowledged_by));
  const phase = row.protocol_phase === null ? phaseWords.phases[row.phase] : phaseWords.protocol[row.protocol_phase];
  return (
    <li className={styles.line} data-tone={tone}>
      <Ring state={ring} size={wall ? 'middle' : 'small'} />
      <div className={styles.who}>
        <strong>{name(row.patient)}</strong>
        <span>{words.with([row.therapist, row.sitter].filter((person) => person !== null).map(name).join(', '))}</span>
      </div>
      <div className={styles.phase}>
        <span className={styles.t}>{row.dose_at === null ? '' : tPlus(now, row.dose_at, row.pace)}</span>
        <span>
          {phase}
          {row.drill ? ` · ${words.drill}` : ''}
        </span>
      </div>
      <div className={styles.state}>
        <StateBadge tone={tone}>{word}</StateBadge>
        {open.length === 0 ? null : <span>{[...new Set(open.map((one) => causeWords(one, name(one.sitter ?? row.sitter), name(row.patient))))].join('; ')}</span>}
        <span className={styles.muted}>{length(secondsBetween(since_at, now))}</span>
      </div>
      <span className={styles.owner}>{owner}</span>
      <div className={styles.links}>
        {incident?.state === 'open' && mayAcknowledge ? (
          <Button busy={acknowledge.isPending} onClick={() => acknowledge.mutate({ id$: incident.id })}>
            {words.acknowledge}
          </Button>
        ) : null}
        {role === 'therapist' ? (
          <Link to={paths.console(row.session)} aria-label={`${words.open} ${name(row.patient)}`}>
            {words.open}
          </Link>
        ) : null}
        {role === 'prescriber' ? (
          <Link to={paths.prescriber(row.session)} aria-label={`${words.open} ${name(row.patient)}`}>
            {words.open}
          </Link>
        ) : null}
        {row.drill && (role === 'therapist' || role === 'coordinator') ? (
          <Link to={paths.rehearse(row.session)} aria-label={`${words.rehearse} ${name(row.patient)}`}>
            {words.rehearse}
          </Link>
        ) : null}
        <Link to={paths.trail(row.session)} aria-label={`${words.trail} ${name(row.patient)}`}>
          {words.trail}
        </Link>
      </div>
      <ProblemNotice problem={acknowledge.error} />
    </li>
  );
}
