// The sitter's own picture in the room: optional, small, and never in the way of the watch.
import { useEffect, useRef, useState } from 'react';
import { post } from '../api/client';
import type { RoomState, Tile } from '../lib/media/types';
import { sitterWords as w } from '../words/en/sitter';
import { useSession } from './context';
import { Mark } from './parts/screen';

type Room = { leave: () => void; setCamera: (on: boolean) => void };

/** The media code is fetched on the press, so that the watch itself opens without it. */
async function enter(session: string, camera: boolean, told: { onState: (state: RoomState) => void; onTiles: (tiles: Tile[]) => void }): Promise<Room> {
  const [{ RoomConnection }, { openDevices }] = await Promise.all([import('../lib/media/room'), import('../lib/media/devices')]);
  const { stream } = await openDevices();
  const room = new RoomConnection({
    session,
    stream,
    ticket: async (request) => (await post<{ token: string }>(`/rooms/${session}/ticket`, request)).token,
    onState: told.onState,
    onRoster: () => undefined,
    onTiles: told.onTiles,
  });
  room.setCamera(camera);
  await room.join();
  return room;
}

function Picture({ stream }: { stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return <video ref={video} autoPlay playsInline muted aria-hidden="true" />;
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
  const { id } = useSession();
  const room = useRef<Room | null>(null);
  const [state, setState] = useState<RoomState>({ name: 'idle' });
  const [tiles, setTiles] = useState<Tile[]>([]);
  const [joining, setJoining] = useState(false);
  useEffect(() => () => room.current?.leave(), []);

  const join = (camera: boolean): void => {
    room.current?.leave();
    setJoining(true);
    enter(id, camera, { onState: setState, onTiles: setTiles })
      .then((entered) => (room.current = entered))
      .catch(() => setState({ name: 'ended', why: 'refused', code: 'media', detail: w.waiting.videoFailed }))
      .finally(() => setJoining(false));
  };
  const outside = (state.name === 'idle' || state.name === 'ended') && !joining;
  const pictures = tiles.filter((tile) => tile.video !== null && tile.role !== 'patient');
  return (
    <section className="video-corner" aria-label={w.watch.video}>
      {(state.name !== 'idle' || joining) && (
        <p role="status">
          <StateLine state={state} />
        </p>
      )}
      {pictures.map((tile) => tile.video !== null && <Picture key={tile.person} stream={tile.video} />)}
      {outside && (
        <div className="pair">
          <button type="button" onClick={() => join(true)}>
            {w.waiting.join}
          </button>
          <button type="button" onClick={() => join(false)}>
            {w.waiting.joinNoCamera}
          </button>
        </div>
      )}
    </section>
  );
}
