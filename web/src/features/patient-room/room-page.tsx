// The patient's room: waiting, then dark, then over. The session's phase decides; a refresh keeps the place.
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { post } from '../../api/client';
import { useMe } from '../../api/me';
import { useSession, useSessionId } from '../../api/patient-queries';
import { useSessionNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import type { Phase } from '../../api/types';
import { paths } from '../../app/paths';
import { Button } from '../../ui/button';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import { DarkSession } from './dark-session';
import { useRoom } from './use-room';
import { WaitingRoom } from './waiting-room';

const DARK: readonly Phase[] = ['dosed', 'recovering'];
const BEFORE: readonly Phase[] = ['booked', 'arriving', 'gate', 'dosing_offered'];

export function RoomPage() {
  const id = useSessionId();
  const me = useMe();
  const { data: session, error, refetch } = useSession(id);
  const room = useRoom(id);
  const [left, setLeft] = useState(false);
  const phase = session?.phase;
  useEffect(() => {
    // "I am here". Too early is no trouble: the server hears it again on the next visit.
    if (phase === 'booked' || phase === 'arriving') void post(`/safety/sessions/${id}/arrival`, {}).catch(() => undefined);
  }, [id, phase]);
  if (session === undefined)
    return error === null ? (
      <Loading>{patientWords.loading}</Loading>
    ) : (
      <Page title={patientWords.room.title} surface="night">
        <ProblemNotice problem={asProblem(error)} phone={me.clinic_phone} onAgain={() => void refetch()} />
      </Page>
    );
  const comeBack = (): void => {
    setLeft(false);
    room.join();
  };
  const leave = (): void => {
    room.leave();
    setLeft(true);
  };
  if (DARK.includes(session.phase)) return left ? <Left session={id} onBack={comeBack} /> : <DarkSession session={id} room={room} onLeave={leave} />;
  if (BEFORE.includes(session.phase)) return <WaitingRoom session={session} room={room} />;
  return (
    <Page title={patientWords.room.over} surface="night">
      <Link to={paths.aftercare(id)}>{patientWords.room.after}</Link>
    </Page>
  );
}

function Left({ session, onBack }: { session: string; onBack: () => void }) {
  const sitter = useSessionNames(session, patientWords.sitter).role('sitter');
  return (
    <Page title={patientWords.dark.title} surface="dim">
      <p>{patientWords.dark.left}</p>
      <p>{patientWords.dark.stillHere(sitter)}</p>
      <div>
        <Button look="quiet" size="large" onClick={onBack}>
          {patientWords.dark.comeBack}
        </Button>
      </div>
    </Page>
  );
}
