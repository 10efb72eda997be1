import { useEffect, useRef, type ReactNode } from 'react';
import type { Tile } from '../../lib/media/types';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import styles from './stage.module.css';

const words = consoleWords.stage;

interface PictureProps {
  name: string;
  stream: MediaStream | null;
  place: 'large' | 'sitter' | 'self' | 'other';
  /** What to say when there is no picture; may hold a press. */
  instead: ReactNode;
  tile?: Tile | undefined;
  mirrored?: boolean;
}

/** One person: the picture, or why there is none, and the name. */
export function Picture({ name, stream, place, instead, tile, mirrored = false }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null && video.current.srcObject !== stream) video.current.srcObject = stream;
  }, [stream]);
  return (
    <figure className={styles.tile} data-place={place}>
      <video ref={video} className={styles.video} autoPlay muted playsInline hidden={stream === null} data-mirrored={mirrored || undefined} aria-label={name} />
      {stream === null ? <div className={styles.instead}>{instead}</div> : null}
      <figcaption className={styles.caption}>
        <span>{name}</span>
        {tile === undefined ? null : <Trouble tile={tile} />}
      </figcaption>
    </figure>
  );
}

function Trouble({ tile }: { tile: Tile }) {
  if (tile.place === 'lost') return <StateBadge tone="late">{words.lost}</StateBadge>;
  if (tile.frozen) return <StateBadge tone="late">{words.frozen}</StateBadge>;
  if (!tile.camera) return <StateBadge tone="unknown">{words.camera_off}</StateBadge>;
  if (!tile.microphone) return <StateBadge tone="unknown">{words.muted}</StateBadge>;
  return tile.quality !== null && tile.quality <= 2 ? <StateBadge tone="soon">{words.quality[tile.quality] ?? ''}</StateBadge> : null;
}
