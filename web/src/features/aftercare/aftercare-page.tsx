// After a session: one card at a time. How are you, what to leave for later, what comes next.
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useMe } from '../../api/me';
import { useAftercare, useSession, useSessionId } from '../../api/patient-queries';
import { asProblem } from '../../api/problems';
import type { Aftercare } from '../../api/types';
import { useNow } from '../../api/use-now';
import { paths } from '../../app/paths';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import styles from './aftercare.module.css';

const words = patientWords.aftercare;

export function AftercarePage() {
  const me = useMe();
  const id = useSessionId();
  const { data: care, error, refetch } = useAftercare(id);
  if (care === undefined)
    return error === null ? (
      <Loading>{patientWords.loading}</Loading>
    ) : (
      <Page title={words.title}>
        <ProblemNotice problem={asProblem(error)} phone={me.clinic_phone} onAgain={() => void refetch()} />
      </Page>
    );
  if (care.discharged_at === null)
    return (
      <Page title={words.title}>
        <Empty>{words.notYet}</Empty>
      </Page>
    );
  return <Cards session={id} care={care} />;
}

function Cards({ session, care }: { session: string; care: Aftercare }) {
  const [at, setAt] = useState(0);
  const cards = [
    { title: words.how, body: <HowAreYou session={session} care={care} /> },
    { title: words.avoid, body: <Avoid care={care} /> },
    { title: words.next, body: <Next session={session} care={care} /> },
  ];
  const card = cards[at];
  return (
    <Page title={words.title}>
      <section className={styles.card} aria-labelledby="card">
        <p className={styles.muted}>{words.card(at + 1, cards.length)}</p>
        <h2 id="card">{card?.title}</h2>
        {card?.body}
      </section>
      <nav className={styles.row} aria-label={words.title}>
        {at > 0 ? (
          <Button look="quiet" onClick={() => setAt(at - 1)}>
            {words.before}
          </Button>
        ) : null}
        {at < cards.length - 1 ? <Button onClick={() => setAt(at + 1)}>{words.more}</Button> : null}
      </nav>
    </Page>
  );
}

function HowAreYou({ session, care }: { session: string; care: Aftercare }) {
  const me = useMe();
  const now = useNow();
  const { due_at, answered_at } = care.morning;
  return (
    <>
      <p>{words.howBody}</p>
      {answered_at !== null ? <StateBadge tone="ok">{words.morningDone}</StateBadge> : null}
      {answered_at === null && due_at !== null && now >= due_at ? (
        <p>
          {words.morningNow} <Link to={paths.morning(session)}>{words.morningPress}</Link>
        </p>
      ) : null}
      <p className={styles.call}>
        {words.howWorse} <a href={`tel:${me.clinic_phone}`}>{me.clinic_phone}</a>
      </p>
      <p className={styles.muted}>{patientWords.danger}</p>
    </>
  );
}

function Avoid({ care }: { care: Aftercare }) {
  const me = useMe();
  const now = useNow();
  return (
    <ul className={styles.avoid}>
      {care.restrictions.map(({ text, until_at }) => (
        <li key={text} data-over={now >= until_at || undefined}>
          <span>{text}</span>
          <StateBadge tone={now >= until_at ? 'ok' : 'soon'}>{now >= until_at ? words.over : words.until(dayAndTime(until_at, me.time_zone))}</StateBadge>
        </li>
      ))}
    </ul>
  );
}

const Line = ({ title, children }: { title: string; children: ReactNode }) => (
  <li className={styles.line}>
    <strong>{title}</strong>
    {children}
  </li>
);

function Next({ session, care }: { session: string; care: Aftercare }) {
  const me = useMe();
  const { data } = useSession(session);
  const { morning, integration } = care;
  return (
    <ul className={styles.lines}>
      {morning.answered_at === null && morning.due_at !== null ? (
        <Line title={words.morning(dayAndTime(morning.due_at, me.time_zone))}>
          <Link to={paths.morning(session)}>{words.morningPress}</Link>
        </Line>
      ) : null}
      <Line title={words.talk}>
        <span className={styles.muted}>{words.talkBody}</span>
        {integration.booked_at !== null ? (
          <StateBadge tone="ok">{words.talkBooked}</StateBadge>
        ) : (
          <Link to={paths.book()} search={{ kind: 'integration', ...(data === undefined ? {} : { with: data.people.therapist }) }}>
            {words.talkPress}
          </Link>
        )}
      </Line>
      <Line title={words.journal}>
        <span className={styles.muted}>{care.journal_prompt}</span>
        <Link to={paths.journal()}>{words.journalPress}</Link>
      </Line>
    </ul>
  );
}
