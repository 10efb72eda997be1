// The room as the sitter sees it: optional, small, and never in the way of the watch.
import { useEffect, useRef } from 'react';
import type { RoomState } from '../lib/media/types';
import { encryptionWords, sayEncryption } from '../words/en/encryption';
import { sitterWords as w } from '../words/en/sitter';
import { useSession, useWorld } from './context';
import { Mark } from './parts/screen';
import { agreeToOpen, joinRoom, usePlace } from './room';

function Picture({ stream, name }: { stream: MediaStream; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <figure>
      <video ref={video} autoPlay playsInline muted aria-label={name} />
      <figcaption>{name}</figcaption>
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
      <div className="pictures">{tiles.map(({ person, role, video }) => video !== null && <Picture key={person} stream={video} name={names[role] ?? w.waiting.other} />)}</div>
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
