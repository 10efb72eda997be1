import { troublesOf } from '../../lib/media/troubles';
import type { Tile } from '../../lib/media/types';
import { sayTrouble } from '../../words/en/media';

/** Each trouble is read aloud once, when it begins; what is on the tile counts on in silence. */
export function SpokenTroubles({ tiles, nameOf }: { tiles: readonly Tile[]; nameOf: (person: string) => string }) {
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions">
      {tiles.flatMap((tile) => troublesOf(tile).map((trouble) => <p key={`${tile.person} ${trouble.about} ${trouble.is}`}>{sayTrouble(trouble, nameOf(tile.person))}.</p>))}
    </div>
  );
}
