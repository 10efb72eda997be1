import { ringShape, type Arc, type RingState } from '../lib/ring';
import { countdown, SECOND } from '../lib/time';
import { ringWords } from '../words/en/ring';
import styles from './ring.module.css';

export type RingSize = 'small' | 'middle' | 'large';

const PIXELS: Record<RingSize, number> = { small: 64, middle: 144, large: 232 };

const Circle = ({ arc, centre, className }: { arc: Arc; centre: number; className: string | undefined }) => (
  <circle cx={centre} cy={centre} r={arc.radius} fill="none" strokeWidth={arc.width} strokeDasharray={arc.dasharray} strokeDashoffset={arc.dashoffset} className={className} />
);

/** "2:41" before, "+0:12" after. */
export function ringNumber(state: RingState): string {
  if (state.until === null) return '';
  const seconds = Math.ceil(state.until / SECOND);
  return seconds >= 0 ? countdown(seconds) : `+${countdown(-seconds)}`;
}

/** The mark. Number in the middle, word below it, colour and second ring by state. */
export function Ring({ state, size = 'middle', label }: { state: RingState; size?: RingSize; label?: string }) {
  const shape = ringShape(state, PIXELS[size]);
  const word = ringWords[state.kind];
  return (
    <div className={styles.ring} data-kind={state.kind} data-size={size} role="img" aria-label={label ?? ringWords.aria(word, ringNumber(state))}>
      <svg viewBox={`0 0 ${shape.size} ${shape.size}`} aria-hidden="true" className={styles.svg}>
        <Circle arc={shape.track} centre={shape.centre} className={styles.track} />
        <Circle arc={shape.left} centre={shape.centre} className={styles.left} />
        {shape.grace === null ? null : <Circle arc={shape.grace} centre={shape.centre} className={styles.grace} />}
      </svg>
      <span className={styles.text} aria-hidden="true">
        <span className={styles.number}>{ringNumber(state)}</span>
        {size === 'small' ? null : <span className={styles.word}>{word}</span>}
      </span>
    </div>
  );
}
