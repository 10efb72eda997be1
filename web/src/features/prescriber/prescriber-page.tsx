import { useParams } from '@tanstack/react-router';
import { useMe } from '../../api/me';
import { useSessionNames, type SessionNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import { useNow } from '../../api/use-now';
import type { Session, Vitals, Watch } from '../../api/types';
import { age } from '../../lib/format';
import { tPlus } from '../../lib/time';
import { DrillBanner } from '../../ui/drill-banner';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { phaseWords } from '../../words/en/phases';
import { prescriberWords as words } from '../../words/en/prescriber';
import { shellWords } from '../../words/en/shell';
import { AmberDecision } from './amber-decision';
import { DoseOrders } from './dose-orders';
import { Incidents } from './incidents';
import { OwnItems } from './own-items';
import styles from './prescriber.module.css';
import { useCard, useSessionState, useVitals, useWatch } from './queries';

export function PrescriberPage() {
  const { session: id } = useParams({ strict: false }) as { session: string };
  const { clinic_phone } = useMe();
  const names = useSessionNames(id, words.someone);
  const { data: session, error } = useSessionState(id);
  const { data: watch } = useWatch(id);
  const { data: vitals = [] } = useVitals(id);
  if (session === undefined)
    return (
      <Page title={words.loading} surface="night">
        {error === null ? <Loading>{words.loading}</Loading> : <ProblemNotice problem={asProblem(error)} phone={clinic_phone} />}
      </Page>
    );
  const patient = names.name(session.people.patient, shellWords.roles.patient);
  const last = [...vitals].sort((a, b) => b.taken_at - a.taken_at)[0];
  return (
    <>
      {session.drill ? <DrillBanner pace={session.pace} /> : null}
      <Page title={words.title(patient)} surface="night">
        <Incidents session={id} watch={watch} names={names} />
        {last?.band === 'amber' && session.dose_at === null ? <AmberDecision session={id} reading={last} /> : null}
        <Facts session={session} watch={watch} last={last} names={names} />
        <OwnItems session={id} />
        <DoseOrders session={id} patient={session.people.patient} />
      </Page>
    </>
  );
}

interface FactsProps {
  session: Session;
  watch: Watch | undefined;
  last: Vitals | undefined;
  names: SessionNames;
}

/** Twenty seconds' worth. */
function Facts({ session, last, names }: FactsProps) {
  const now = useNow();
  const { data: card } = useCard(session.session);
  const where = card?.address ?? null;
  const facts: [string, string][] = [
    [words.facts.phase, session.protocol_phase === null ? phaseWords.phases[session.phase] : phaseWords.protocol[session.protocol_phase]],
    [words.facts.taken, session.dose_at === null ? words.facts.not_taken : [tPlus(now, session.dose_at, session.pace), card?.dose].filter(Boolean).join(' · ')],
    [words.facts.last, last === undefined ? words.facts.none : `${last.systolic}/${last.diastolic} · ${last.heart_rate}, ${age(now, last.taken_at)}`],
    [words.facts.place, where === null ? words.facts.no_place : [where.line1, where.line2, where.city].filter((part) => part !== null && part !== '').join(', ')],
    [words.facts.sitter, names.name(session.people.sitter)],
    [words.facts.therapist, names.name(session.people.therapist)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
