// Getting ready: five parts, one open at a time, each with what is left of it.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../../api/me';
import { useChecklist, useConsents, useSession, useSessionId } from '../../api/patient-queries';
import { asProblem } from '../../api/problems';
import { paths } from '../../app/paths';
import { dayAndTime } from '../../lib/time';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import { AddressForm } from './address-form';
import { ConsentPart } from './consent-part';
import { DeviceCheck } from './device-check';
import { Intention } from './intention';
import { ownItems } from './own-items';
import { OwnList } from './own-list';
import styles from './prepare.module.css';
import { SecondContact } from './second-contact';

const words = patientWords.prepare;
type Part = keyof typeof words.parts;
const PARTS: readonly Part[] = ['consents', 'address', 'list', 'intention', 'devices'];
/** Minutes each takes, told beforehand: an unknown length is a reason to put it off. */
const MINUTES: Record<Part, number> = { consents: 10, address: 1, list: 4, intention: 1, devices: 1 };

function useDone(session: string): Record<Part, boolean> {
  const { data: consents = [] } = useConsents(session);
  const { data: items = [] } = useChecklist(session);
  const own = ownItems(items);
  const answered = (id: string): boolean => items.some((item) => item.id === id && item.answers.some(({ role, answer }) => role === 'patient' && answer === 'yes'));
  return {
    consents: consents.length > 0 && consents.every((consent) => consent.signed_at !== null),
    address: answered('PT-LOC') || sessionStorage.getItem(`holdspace.address.${session}`) !== null,
    list: own.length > 0 && own.every((item) => !item.blocking || item.state === 'yes' || item.answers.some(({ role, answer }) => role === 'patient' && answer === 'yes')),
    intention: answered('PT-INT'),
    devices: sessionStorage.getItem(`holdspace.devices.${session}`) !== null,
  };
}

export function PreparePage() {
  const me = useMe();
  const id = useSessionId();
  const { data: session, error, refetch } = useSession(id);
  const { part: asked } = useSearch({ strict: false }) as { part?: Part };
  const navigate = useNavigate();
  const done = useDone(id);
  const count = PARTS.filter((part) => done[part]).length;
  const open = asked !== undefined && PARTS.includes(asked) ? asked : PARTS.find((part) => !done[part]);
  const go = (part: Part | undefined): void => void navigate({ to: paths.prepare(id), search: part === undefined ? {} : { part }, replace: true });
  if (session === undefined && error === null) return <Loading>{patientWords.loading}</Loading>;
  return (
    <Page title={words.title} lead={session === undefined ? undefined : words.lead(dayAndTime(session.starts_at, me.time_zone))}>
      {error === null ? null : <ProblemNotice problem={asProblem(error)} phone={me.clinic_phone} onAgain={() => void refetch()} />}
      <div className={styles.progress}>
        <progress max={PARTS.length} value={count} aria-label={words.progress(count, PARTS.length)} />
        <p>{count === PARTS.length ? words.allDone : words.progress(count, PARTS.length)}</p>
      </div>
      <ol className={styles.parts}>
        {PARTS.map((part) => (
          <li key={part}>
            <PartLine part={part} done={done[part]} open={open === part} onOpen={() => go(part)}>
              <PartBody part={part} session={id} onBegin={() => go(part)} onDone={() => go(undefined)} />
            </PartLine>
          </li>
        ))}
      </ol>
      <SecondContact session={id} />
      <p className={styles.foot}>
        <Link to={paths.room(id)} className={styles.enter}>
          {words.enter}
        </Link>
        <span>{words.stop}</span>
      </p>
    </Page>
  );
}

function PartLine({ part, done, open, onOpen, children }: { part: Part; done: boolean; open: boolean; onOpen: () => void; children: ReactNode }) {
  return (
    <section className={styles.part} data-open={open || undefined}>
      <h2>
        <button type="button" aria-expanded={open} onClick={onOpen}>
          <span>{words.parts[part]}</span>
          <small>{words.minutes(MINUTES[part])}</small>
          <StateBadge tone={done ? 'ok' : 'soon'}>{done ? words.state.done : words.state.open}</StateBadge>
        </button>
      </h2>
      {open ? <div className={styles.body}>{children}</div> : null}
    </section>
  );
}

function PartBody({ part, session, onBegin, onDone }: { part: Part; session: string; onBegin: () => void; onDone: () => void }) {
  switch (part) {
    case 'consents':
      return <ConsentPart session={session} onDone={onDone} />;
    case 'address':
      return <AddressForm session={session} onDone={onDone} />;
    case 'list':
      return <OwnList session={session} />;
    case 'intention':
      return <Intention session={session} onDone={onDone} />;
    case 'devices':
      return <DeviceCheck session={session} onBegin={onBegin} onDone={onDone} />;
  }
}
