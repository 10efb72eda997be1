import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { get } from '../../api/client';
import { serverNow } from '../../api/clock';
import { useMe } from '../../api/me';
import { useSessionNames } from '../../api/people';
import { POLL_MS, sessionKey } from '../../api/queries';
import type { Rehearsal, RehearsalKind, Session, VitalsAnswer, VitalsEntry } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { clockSeconds } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { rehearseWords as words } from '../../words/en/rehearse';
import styles from './rehearse.module.css';

const KINDS: readonly RehearsalKind[] = ['sitter_asleep', 'phone_locked', 'pressure', 'therapist_offline', 'mail_dead'];
const TONE: Record<Rehearsal['lines'][number]['standing'], Tone> = { waiting: 'unknown', came: 'ok', late: 'late', missed: 'late', not_needed: 'unknown' };
/** The reading that is played: in the red band, without a symptom. */
const PLAYED = { systolic: 190, diastolic: 110, heart_rate: 104, spo2: 97, respiratory_rate: 14, device: 'upper_arm', symptoms: false, moment: 'during' } as const;

/** Rehearsals of one drill session: begun here, played by people and by the server, scored from what is on record. */
export function RehearsePage() {
  const { session } = useParams({ strict: false }) as { session: string };
  const { data: state } = useQuery({ queryKey: sessionKey('safety', session, 'session'), queryFn: ({ signal }) => get<Session>(`/safety/sessions/${session}`, signal) });
  const { data: all } = useQuery({ queryKey: sessionKey('checkins', session, 'rehearsals'), queryFn: ({ signal }) => get<Rehearsal[]>(`/checkins/sessions/${session}/rehearsals`, signal), refetchInterval: POLL_MS });
  return (
    <Page title={words.title} lead={words.lead}>
      {state === undefined ? <Loading>{words.loading}</Loading> : state.drill ? <Begin session={session} /> : <Empty>{words.real}</Empty>}
      {all === undefined ? null : all.length === 0 ? <Empty>{words.none}</Empty> : all.map((one) => <Score key={one.id} session={session} rehearsal={one} />)}
    </Page>
  );
}

function Begin({ session }: { session: string }) {
  const { role } = useMe();
  const begin = useCommand<{ kind: RehearsalKind }>('checkins', () => `/sessions/${session}/rehearsals`, session);
  const measure = useCommand<VitalsEntry, VitalsAnswer>('safety', () => `/sessions/${session}/vitals`, session);
  const start = (kind: RehearsalKind): void =>
    begin.mutate(
      { kind },
      // Whoever leads may record a reading: then the page plays it over the same door as a cuff's.
      {
        onSuccess: () => {
          if (kind === 'pressure' && role === 'therapist') measure.mutate({ ...PLAYED, taken_at: serverNow() });
        },
      },
    );
  return (
    <ul className={styles.kinds}>
      {KINDS.map((kind) => (
        <li key={kind} className={styles.kind}>
          <strong>{words.kinds[kind]}</strong>
          <span className={styles.muted}>{kind === 'pressure' && role !== 'therapist' ? words.play_pressure : words.play[kind]}</span>
          <Button look="quiet" busy={begin.isPending} aria-label={words.begin_one(words.kinds[kind])} onClick={() => start(kind)}>
            {words.begin}
          </Button>
        </li>
      ))}
      <ProblemNotice problem={begin.error ?? measure.error} />
    </ul>
  );
}

function Score({ session, rehearsal }: { session: string; rehearsal: Rehearsal }) {
  const { name } = useSessionNames(session, words.someone);
  const { kind, began_at, came, due, lines, taken_by } = rehearsal;
  return (
    <article className={styles.score} aria-label={words.kinds[kind]}>
      <h2>{words.kinds[kind]}</h2>
      <p className={styles.muted}>
        {words.began(clockSeconds(began_at))} {due === 0 ? words.nothing_due : words.came(came, due)} {taken_by === null ? '' : words.taken_by(name(taken_by, words.someone))}
      </p>
      <ul className={styles.lines}>
        {lines.map(({ mark, due_by, came_at, standing }) => (
          <li key={mark} className={styles.line}>
            <span>{words.marks[mark]}</span>
            <span className={styles.muted}>{came_at === null ? words.by(clockSeconds(due_by)) : words.at(clockSeconds(came_at), clockSeconds(due_by))}</span>
            <StateBadge tone={TONE[standing]}>{words.standings[standing]}</StateBadge>
          </li>
        ))}
      </ul>
    </article>
  );
}
