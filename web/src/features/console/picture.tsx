import { useEffect, useRef, type ReactNode } from 'react';
import { useNow } from '../../api/use-now';
import { troublesOf, type Trouble } from '../../lib/media/troubles';
import type { RosterEntry } from '../../lib/media/types';
import { LineBadge } from '../../ui/line-badge';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { sayOwn, sayTroubleFor } from '../../words/en/media';
import styles from './stage.module.css';

const words = consoleWords.stage;

/** What is known of somebody's picture, sound and line: a tile's, or one's own from the roster. */
type Known = Pick<RosterEntry, 'place' | 'camera' | 'microphone' | 'picture' | 'sound' | 'quality'> & { frozen?: boolean };

interface PictureProps {
  name: string;
  stream: MediaStream | null;
  place: 'large' | 'sitter' | 'self' | 'other';
  /** What to say when there is no picture; may hold a press. */
  instead: ReactNode;
  known?: Known | undefined;
}

/** One person: the picture, or why there is none, the name, how good their line is, and what is amiss, in words. */
export function Picture({ name, stream, place, instead, known }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null && video.current.srcObject !== stream) video.current.srcObject = stream;
  }, [stream]);
  const own = place === 'self';
  return (
    <figure className={styles.tile} data-place={place}>
      <video ref={video} className={styles.video} autoPlay muted playsInline hidden={stream === null} data-mirrored={own || undefined} aria-label={name} />
      {stream === null ? <div className={styles.instead}>{instead}</div> : null}
      <figcaption className={styles.caption}>
        <span>{name}</span>
        {known === undefined ? null : <State known={known} name={own ? null : name} />}
      </figcaption>
    </figure>
  );
}

/** `name` is null for one's own. Switches of one's own are beside it as buttons. */
function State({ known, name }: { known: Known; name: string | null }) {
  if (known.place === 'lost') return <StateBadge tone="late">{words.lost}</StateBadge>;
  const troubles = troublesOf(known);
  const explained = troubles.some(({ about, is }) => about === 'picture' && is !== 'dark');
  return (
    <>
      <LineBadge quality={known.quality} />
      {troubles.map((trouble) => (
        <TroubleLine key={trouble.about} trouble={trouble} name={name} />
      ))}
      {known.frozen === true && !explained ? <StateBadge tone="late">{words.frozen}</StateBadge> : null}
      {name !== null && !known.camera && !explained ? <StateBadge tone="unknown">{words.camera_off}</StateBadge> : null}
      {name !== null && !known.microphone && !troubles.some(({ about }) => about === 'sound') ? <StateBadge tone="unknown">{words.muted}</StateBadge> : null}
    </>
  );
}

/** Too little light is a remark: eye shades and a dim room are how this is done. */
function TroubleLine({ trouble, name }: { trouble: Trouble; name: string | null }) {
  const now = useNow();
  return (
    <span className={styles.trouble}>
      <StateBadge tone={trouble.is === 'dark' ? 'unknown' : 'late'}>{name === null ? sayOwn(trouble) : sayTroubleFor(trouble, name, now)}</StateBadge>
    </span>
  );
}
