// The room as the sitter sees it: optional, small, and never in the way of the watch.
import { useEffect, useRef } from 'react';
import { troublesOf } from '../lib/media/troubles';
import type { RoomState, Score } from '../lib/media/types';
import { encryptionWords, sayEncryption } from '../words/en/encryption';
import { mediaWords, sayNear, sayOwn } from '../words/en/media';
import { sitterWords as w } from '../words/en/sitter';
import { useSession, useWorld } from './context';
import { Mark, type Shape } from './parts/screen';
import { agreeToOpen, joinRoom, usePlace } from './room';

const SHAPES: Record<Score, Shape> = { 5: 'ok', 4: 'ok', 3: 'soon', 2: 'soon', 1: 'late' };

function Picture({ stream, name, quality }: { stream: MediaStream; name: string; quality: Score | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <figure>
      <video ref={video} autoPlay playsInline muted aria-label={name} />
      <figcaption>
        {name} {quality === null ? <Mark shape="unknown">{mediaWords.line_unknown}</Mark> : <Mark shape={SHAPES[quality]}>{mediaWords.line[quality]}</Mark>}
      </figcaption>
    </figure>
  );
}

function StateLine({ state }: { state: RoomState }) {
  const { therapist } = useSession();
  if (state.name === 'live') return <Mark shape="ok">{w.waiting.admitted}</Mark>;
  if (state.name === 'waiting') return <Mark shape="soon">{w.waiting.knocking(therapist)}</Mark>;
  if (state.name === 'reconnecting') return <Mark shape="unknown">{w.waiting.lost}</Mark>;
  if (state.name === 'ended') return <Mark shape="late">{state.why === 'removed' ? w.waiting.removed : state.detail || w.waiting.videoFailed}</Mark>;
  return <Mark shape="soon">{w.loading}</Mark>;
}

/** How the call is encrypted, as long as it lasts; and the one question when somebody's browser cannot. */
function Encryption() {
  const { patient, therapist } = useSession();
  const { encryption, roster } = usePlace();
  const { me } = useWorld();
  const names: Record<string, string> = { patient, therapist };
  const nameOf = (person: string): string => names[roster.find((one) => one.person === person)?.role ?? ''] ?? w.waiting.other;
  const said = sayEncryption(encryption, nameOf, me?.person ?? '');
  return (
    <section className="encryption" aria-label={encryptionWords.heading}>
      <p role="status">
        <Mark shape={said.tone}>{said.title}</Mark> {said.text}
      </p>
      {said.words !== null && (
        <>
          <ol aria-label={encryptionWords.words}>
            {said.words.map((word, at) => (
              <li key={at}>{word}</li>
            ))}
          </ol>
          <p>
            {encryptionWords.compare(therapist)} {encryptionWords.differ}
          </p>
        </>
      )}
      {said.asks && (
        <button type="button" onClick={agreeToOpen}>
          {encryptionWords.agree}
        </button>
      )}
    </section>
  );
}

/** What hands in the room can put right: on this phone, and on the patient's screen, whose owner may have closed eyes. */
function Troubles() {
  const { patient } = useSession();
  const { roster } = usePlace();
  const { me } = useWorld();
  const own = troublesOf(roster.find(({ person }) => person === me?.person)).map(sayOwn);
  const near = troublesOf(roster.find(({ role }) => role === 'patient')).map((trouble) => sayNear(trouble, patient));
  return (
    <div role="status" className="troubles">
      {[...near, ...own].map((sentence) => sentence !== null && <p key={sentence}>{sentence}</p>)}
    </div>
  );
}

export function VideoCorner() {
  const { id, patient, therapist } = useSession();
  const { state, tiles, joining } = usePlace();
  const outside = (state.name === 'idle' || state.name === 'ended') && !joining;
  const names: Record<string, string> = { patient, therapist };
  return (
    <section className="video-corner" aria-label={w.watch.video}>
      {(state.name !== 'idle' || joining) && (
        <p role="status">
          <StateLine state={state} />
        </p>
      )}
      <div className="pictures">{tiles.map(({ person, role, video, quality }) => video !== null && <Picture key={person} stream={video} name={names[role] ?? w.waiting.other} quality={quality} />)}</div>
      {state.name === 'live' && <Troubles />}
      {(state.name === 'live' || state.name === 'reconnecting') && <Encryption />}
      {outside && (
        <div className="pair">
          <button type="button" onClick={() => joinRoom(id, true)}>
            {w.waiting.join}
          </button>
          <button type="button" onClick={() => joinRoom(id, false)}>
            {w.waiting.joinNoCamera}
          </button>
        </div>
      )}
    </section>
  );
}
