// The product's mark, in the sitter's two sizes. Geometry and states are shared with every other screen.
import { ringShape, type Arc, type RingState } from '../../lib/ring';
import { countdown, SECOND } from '../../lib/time';

const SIZE = { large: 220, small: 88 } as const;

const Circle = ({ arc, centre, part }: { arc: Arc; centre: number; part: string }) => (
  <circle cx={centre} cy={centre} r={arc.radius} fill="none" style={{ strokeWidth: arc.width, strokeDasharray: arc.dasharray, strokeDashoffset: arc.dashoffset }} className={part} />
);

/** "2:41" before, "+0:12" after. */
function numberOf({ until }: RingState): string {
  if (until === null) return '–';
  const seconds = Math.ceil(until / SECOND);
  return seconds >= 0 ? countdown(seconds) : `+${countdown(-seconds)}`;
}

export function Ring({ state, word, size }: { state: RingState; word: string; size: 'large' | 'small' }) {
  const shape = ringShape(state, SIZE[size]);
  return (
    <div className={`ring ring-${state.kind} ring-${size}`} role="img" aria-label={`${word} ${numberOf(state)}`}>
      <svg viewBox={`0 0 ${shape.size} ${shape.size}`} aria-hidden="true">
        <Circle arc={shape.track} centre={shape.centre} part="ring-track" />
        <Circle arc={shape.left} centre={shape.centre} part="ring-left" />
        {shape.grace !== null && <Circle arc={shape.grace} centre={shape.centre} part="ring-grace" />}
      </svg>
      <span className="ring-text" aria-hidden="true">
        <span className="ring-number">{numberOf(state)}</span>
        {size === 'large' && <span className="ring-word">{word}</span>}
      </span>
    </div>
  );
}
