// Before the dose: who is here in words, the code for the sitter, who is ready, and how to call it off.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useMe } from '../../api/me';
import { useChecklist } from '../../api/patient-queries';
import { useSessionNames } from '../../api/people';
import type { Session } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { paths } from '../../app/paths';
import { troublesOf } from '../../lib/media/troubles';
import type { RoomState } from '../../lib/media/types';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Page } from '../../ui/page';
import { CallEncryption } from '../../ui/call-encryption';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { encryptionWords } from '../../words/en/encryption';
import { mediaWords, sayOwn } from '../../words/en/media';
import { patientWords } from '../../words/en/patient';
import { Faces } from './faces';
import { usePresenceCode } from './queries';
import type { Room } from './use-room';
import styles from './waiting-room.module.css';

const words = patientWords.room;

/** The line in words; the therapist's presence is the roster's. */
function lineOf(state: RoomState, here: boolean, therapist: string): { tone: Exclude<Tone, 'alarm'>; said: string } {
  switch (state.name) {
    case 'live':
      return { tone: 'ok', said: words.admitted(therapist) };
    case 'reconnecting':
      return { tone: 'unknown', said: words.reconnecting };
    case 'ended':
      if (state.why === 'removed') return { tone: 'late', said: words.removed };
      return { tone: 'late', said: state.detail !== '' ? state.detail : state.why === 'closed' ? words.closed : words.failed };
    case 'waiting':
    case 'connecting':
    case 'idle':
      return here ? { tone: 'ok', said: words.here(therapist) } : { tone: 'soon', said: words.notHere(therapist) };
  }
}

export function WaitingRoom({ session, room }: { session: Session; room: Room }) {
  const me = useMe();
  const names = useSessionNames(session.session, patientWords.someone);
  const therapist = names.role('therapist');
  const sitter = useSessionNames(session.session, patientWords.sitter).role('sitter');
  const here = room.roster.some(({ role, place }) => role === 'therapist' && place === 'present');
  const outside = room.state.name === 'idle' || room.state.name === 'ended';
  const line = lineOf(room.state, here, therapist);
  return (
    <Page title={words.title} lead={words.begins(dayAndTime(session.starts_at, me.time_zone))} surface="night">
      <p role="status" className={styles.line}>
        <StateBadge tone={line.tone}>{words.line[line.tone]}</StateBadge> {outside && room.had && room.state.name === 'idle' ? words.kept : line.said}
      </p>
      {outside ? (
        <div>
          <Button size="large" onClick={room.join}>
            {room.had ? words.comeBack : words.enter}
          </Button>
        </div>
      ) : (
        <>
          <Faces tiles={room.tiles} nameOf={names.name} />
          <Mirror stream={room.stream} />
          <OwnTroubles room={room} me={me.person} />
          {room.state.name === 'live' || room.state.name === 'reconnecting' ? (
            <CallEncryption encryption={room.encryption} nameOf={names.name} me={me.person} compare={encryptionWords.compare(therapist)} onAgree={room.agree} />
          ) : null}
        </>
      )}
      {session.phase === 'dosing_offered' ? <p className={styles.offer}>{words.offered(therapist)}</p> : null}
      <Code session={session.session} sitter={sitter} />
      <Ready session={session} therapist={therapist} sitter={sitter} />
      <OwnOpen session={session.session} />
      <CallOff session={session.session} />
      <p className={styles.phone}>
        <a href={`tel:${me.clinic_phone}`}>{words.phone(me.clinic_phone)}</a>
      </p>
    </Page>
  );
}

function Mirror({ stream }: { stream: MediaStream | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return stream === null ? null : <video ref={video} className={styles.mirror} autoPlay playsInline muted aria-label={words.you_see} />;
}

/** What the others do not see or hear of this person, and what helps. Nothing is urgent before the dose. */
function OwnTroubles({ room, me }: { room: Room; me: string }) {
  const troubles = troublesOf(room.roster.find(({ person }) => person === me));
  return (
    <div role="status">
      {troubles.map((trouble) => (
        <p key={trouble.about}>{sayOwn(trouble)}</p>
      ))}
      {troubles.some(({ is }) => is === 'stopped' || is === 'frozen') ? (
        <Button look="quiet" onClick={room.join}>
          {mediaWords.again}
        </Button>
      ) : null}
    </div>
  );
}

function Code({ session, sitter }: { session: string; sitter: string }) {
  const { data } = usePresenceCode(session);
  if (data === undefined) return null;
  return (
    <section className={styles.code} aria-label={words.code(sitter)}>
      <p>{words.code(sitter)}</p>
      <strong>{data.code.replace(/(\d{3})/, '$1 ')}</strong>
      <small>{words.codeHint}</small>
    </section>
  );
}

function Ready({ session, therapist, sitter }: { session: Session; therapist: string; sitter: string }) {
  const me = useMe();
  const ready = useCommand<object>('safety', () => `/sessions/${session.session}/ready`, session.session);
  const rows = [
    ['patient', words.you, session.ready.patient],
    ['sitter', sitter, session.ready.sitter],
    ['therapist', therapist, session.ready.therapist],
  ] as const;
  return (
    <section aria-label={words.who} className={styles.ready}>
      <ul>
        {rows.map(([role, name, is]) => (
          <li key={role}>
            {name}
            <StateBadge tone={is ? 'ok' : 'soon'}>{is ? words.isReady : words.notReady}</StateBadge>
          </li>
        ))}
      </ul>
      <ProblemNotice problem={ready.error} phone={me.clinic_phone} />
      {session.ready.patient ? (
        <p className={styles.muted}>{words.readyDone}</p>
      ) : (
        <Button size="large" wide busy={ready.isPending} onClick={() => ready.mutate({})}>
          {words.ready}
        </Button>
      )}
      <p className={styles.muted}>{words.readyHint}</p>
    </section>
  );
}

function OwnOpen({ session }: { session: string }) {
  const { data: items = [] } = useChecklist(session);
  const open = items.filter((item) => item.attesters.includes('patient') && item.blocking && (item.state === 'no' || item.state === 'expired' || (item.state === 'open' && !item.answers.some(({ role, answer }) => role === 'patient' && answer === 'yes'))));
  if (open.length === 0) return null;
  return (
    <section aria-label={words.open} className={styles.open}>
      <h2>{words.open}</h2>
      <ul>
        {open.map((item) => (
          <li key={item.id}>{item.title}</li>
        ))}
      </ul>
      <Link to={paths.prepare(session)}>{words.toList}</Link>
    </section>
  );
}

function CallOff({ session }: { session: string }) {
  const me = useMe();
  const [sure, setSure] = useState(false);
  const stop = useCommand<{ kind: 'withdrawn'; reason: string }>('safety', () => `/sessions/${session}/end`, session);
  if (!sure)
    return (
      <div>
        <Button look="bare" onClick={() => setSure(true)}>
          {words.stop}
        </Button>
      </div>
    );
  return (
    <section className={styles.open}>
      <p>{words.stopBody}</p>
      <ProblemNotice problem={stop.error} phone={me.clinic_phone} />
      <div className={styles.row}>
        <Button look="quiet" busy={stop.isPending} onClick={() => stop.mutate({ kind: 'withdrawn', reason: words.stop })}>
          {words.stopPress}
        </Button>
        <Button look="bare" onClick={() => setSure(false)}>
          {words.stopKeep}
        </Button>
      </div>
    </section>
  );
}
