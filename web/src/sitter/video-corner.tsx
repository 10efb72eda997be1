// The room as the sitter sees it: optional, small, and never in the way of the watch.
import { useEffect, useRef } from 'react';
import type { RoomState } from '../lib/media/types';
import { sitterWords as w } from '../words/en/sitter';
import { useSession } from './context';
import { Mark } from './parts/screen';
import { joinRoom, usePlace } from './room';

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
