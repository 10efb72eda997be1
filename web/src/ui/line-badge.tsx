import type { Score } from '../lib/media/types';
import { mediaWords } from '../words/en/media';
import { StateBadge, type Tone } from './state-badge';

const TONE: Record<Score, Tone> = { 5: 'ok', 4: 'ok', 3: 'soon', 2: 'soon', 1: 'late' };

/** How good somebody's line is, as their own browser measures it. */
export function LineBadge({ quality }: { quality: Score | null }) {
  if (quality === null) return <StateBadge tone="unknown">{mediaWords.line_unknown}</StateBadge>;
  return (
    <StateBadge tone={TONE[quality]} quiet={quality >= 4}>
      {mediaWords.line[quality]}
    </StateBadge>
  );
}
