// The others in the room, each by name, the therapist first: before the dose one talks face to face.
import { useEffect, useRef } from 'react';
import type { Score, Tile } from '../../lib/media/types';
import { LineBadge } from '../../ui/line-badge';
import styles from './waiting-room.module.css';

export function Faces({ tiles, nameOf }: { tiles: Tile[]; nameOf: (person: string) => string }) {
  const shown = tiles.filter(({ video }) => video !== null);
  if (shown.length === 0) return null;
  return (
    <div className={styles.faces}>
      {shown.map(({ person, video, quality }) => (
        <Face key={person} name={nameOf(person)} stream={video} quality={quality} />
      ))}
    </div>
  );
}

function Face({ name, stream, quality }: { name: string; stream: MediaStream | null; quality: Score | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <figure className={styles.face}>
      <video ref={video} autoPlay playsInline muted aria-label={name} />
      <figcaption>
        {name} <LineBadge quality={quality} />
      </figcaption>
    </figure>
  );
}
