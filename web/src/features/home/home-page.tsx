import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get } from '../../api/client';
import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import { clinicKey, POLL_MS } from '../../api/queries';
import type { BoardRow, Id, Incident } from '../../api/types';
import { paths } from '../../app/paths';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { homeWords as words } from '../../words/en/home';
import { SessionRow } from './session-row';
import styles from './home.module.css';

const SEES_INCIDENTS = ['therapist', 'prescriber', 'coordinator', 'admin', 'auditor'];
const SEES_NAMES = ['patient', 'therapist', 'prescriber', 'coordinator', 'admin'];

/** The first page: what is now, what is next, whose turn it is. */
export function HomePage() {
  const me = useMe();
  const { data: rows, error, refetch } = useQuery({ queryKey: clinicKey('safety', 'board'), queryFn: ({ signal }) => get<BoardRow[]>('/safety/sessions', signal), refetchInterval: POLL_MS, enabled: me.role !== 'auditor' });
  const { name } = useClinicNames(SEES_NAMES.includes(me.role));
  const sorted = [...(rows ?? [])].sort((a, b) => a.starts_at - b.starts_at);
  return (
    <Page title={words.hello(me.first_name)} lead={words.leads[me.role]}>
      {SEES_INCIDENTS.includes(me.role) ? <OpenIncidents /> : null}
      {me.role === 'sitter' ? <a href={paths.sitter()}>{words.sitter_page}</a> : null}
      {error === null ? null : <ProblemNotice problem={asProblem(error)} phone={me.clinic_phone} onAgain={() => void refetch()} />}
      {rows === undefined && error === null && me.role !== 'auditor' ? <Loading>{words.loading}</Loading> : null}
      {rows?.length === 0 ? <Empty>{words.empty}</Empty> : null}
      {sorted.length === 0 ? null : (
        <ul className={styles.rows} aria-label={words.today}>
          {sorted.map((row) => (
            <SessionRow key={row.session} row={row} name={(person: Id | null) => name(person, words.someone)} />
          ))}
        </ul>
      )}
      {me.role === 'patient' ? (
        <nav className={styles.more}>
          <Link to={paths.book()}>{words.book}</Link>
          <Link to={paths.journal()}>{words.journal}</Link>
        </nav>
      ) : null}
    </Page>
  );
}

function OpenIncidents() {
  const { data = [] } = useQuery({ queryKey: clinicKey('checkins', 'incidents'), queryFn: ({ signal }) => get<Incident[]>('/checkins/incidents?open=true', signal), refetchInterval: POLL_MS });
  if (data.length === 0) return null;
  return (
    <p role="alert" className={styles.alert}>
      <span>
        <span aria-hidden="true">▲</span> {words.incidents(data.length)}
      </span>
      <Link to={paths.board()}>{words.to_board}</Link>
    </p>
  );
}
