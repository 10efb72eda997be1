// The session from the inside: dark, one slow glow. Hold anywhere for a second to ask for support.
import { useEffect, useRef, useState } from 'react';
import { useMe } from '../../api/me';
import { useSessionNames } from '../../api/people';
import type { Id, SupportRequest } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { troublesOf } from '../../lib/media/troubles';
import type { Tile } from '../../lib/media/types';
import { Page } from '../../ui/page';
import { sayInTheDark } from '../../words/en/media';
import { patientWords } from '../../words/en/patient';
import { useWatch } from './queries';
import { useHold } from './use-hold';
import type { Room } from './use-room';
import styles from './dark-session.module.css';

const words = patientWords.dark;
/** The answer stays long enough to be found with slow eyes, then the dark returns. */
const SEEN_SHOWN_MS = 30_000;

type Asking = 'quiet' | 'asked' | 'seen' | 'failed';

/** "Seen" is only ever the server's word. */
function useSupport(session: Id): { asking: Asking; ask: () => void } {
  const [asked, setAsked] = useState<Id | null>(null);
  const [over, setOver] = useState<Id | null>(null);
  const send = useCommand<object, { id: Id }>('checkins', () => `/sessions/${session}/support`, session);
  const { data: watch } = useWatch(session, asked !== null);
  const found: SupportRequest | undefined = watch?.support.find(({ id }) => id === asked) ?? watch?.support.filter(({ seen_at }) => seen_at === null).at(-1);
  const seen = found?.seen_at != null;
  useEffect(() => {
    if (!seen || found === undefined) return;
    const timer = setTimeout(() => {
      setOver(found.id);
      setAsked(null);
    }, SEEN_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [seen, found]);
  const waiting = asked !== null || found !== undefined || send.isPending;
  const asking = send.isError ? 'failed' : seen && found.id !== over ? 'seen' : waiting && !seen ? 'asked' : 'quiet';
  return { asking, ask: () => send.mutate({}, { onSuccess: ({ id }) => setAsked(id) }) };
}

function Face({ tile, name }: { tile: Tile | undefined; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = tile?.video ?? null;
  }, [tile?.video]);
  return <video ref={video} className={styles.face} autoPlay playsInline muted aria-label={name} />;
}

export function DarkSession({ session, room, onLeave }: { session: Id; room: Room; onLeave: () => void }) {
  const { clinic_phone, person } = useMe();
  const therapist = useSessionNames(session, patientWords.someone).role('therapist');
  const { asking, ask } = useSupport(session);
  const [face, setFace] = useState(false);
  const [touched, setTouched] = useState(false);
  const support = useHold(1, ask);
  const leave = useHold(3, onLeave);
  const touch = (): void => {
    setTouched(true);
    if (room.muted) room.hear();
    else room.join();
  };
  const said = { quiet: '', asked: '', seen: words.seen(therapist), failed: words.failed(therapist, clinic_phone) }[asking];
  const troubles = troublesOf(room.roster.find((one) => one.person === person));
  const still = asking === 'quiet' ? sayInTheDark(troubles, therapist) : null;
  return (
    <Page title={words.title} surface="dim" width="whole">
      <div className={styles.dark} data-asking={asking} data-holding={support.holding || undefined}>
        {face ? <Face tile={room.tiles.find(({ role }) => role === 'therapist')} name={therapist} /> : null}
        <button type="button" className={styles.anywhere} aria-label={words.support} {...support.handlers}>
          <span className={styles.glow} aria-hidden="true" />
        </button>
        <p className={styles.said} role="status" data-failed={asking === 'failed' || undefined}>
          {said}
          {asking === 'asked' ? <span className="visually-hidden">{words.asked(therapist)}</span> : null}
        </p>
        {/* Still, dim and not read aloud: it is there for whoever looks, and startles nobody who does not. */}
        {still === null ? null : <p className={styles.still}>{still}</p>}
        {/* A browser gives sound only after a touch: after a refresh the first one brings the voice back.
            Held, it is a call for support like everywhere else. */}
        {room.muted || (room.state.name === 'idle' && !touched) ? (
          <button type="button" className={styles.hear} onClick={touch} {...support.handlers}>
            {words.touch(therapist)}
          </button>
        ) : null}
        <button type="button" className={styles.corner} data-place="face" aria-label={face ? words.noFace(therapist) : words.face(therapist)} aria-pressed={face} onClick={() => setFace(!face)}>
          <span aria-hidden="true" />
        </button>
        <button type="button" className={styles.corner} data-place="leave" data-holding={leave.holding || undefined} aria-label={words.leave} {...leave.handlers}>
          <span aria-hidden="true" />
        </button>
      </div>
    </Page>
  );
}
