import { Link } from '@tanstack/react-router';
import { useNow } from '../../api/use-now';
import { paths } from '../../app/paths';
import { sound } from '../../lib/sound';
import { tPlus } from '../../lib/time';
import { Button } from '../../ui/button';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords as words } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';
import { useUnlockedSound } from './alarm';
import { Dots } from './dots';
import { useDrawer } from './drawers';
import styles from './console.module.css';
import { useKeeper } from './keeper';
import { useScene } from './scene';

/** Who, when, which phase; whether the net holds; the card. */
export function Header() {
  const { session, patient } = useScene();
  const { show } = useDrawer();
  const now = useNow();
  const phase = session.protocol_phase === null ? words.phases[session.phase] : words.protocol[session.protocol_phase];
  return (
    <header className={styles.header}>
      <Link to={paths.home()} className={styles.home} aria-label={shellWords.home}>
        <img src="/mark.svg" alt="" width={28} height={28} />
      </Link>
      <h1 className={styles.who}>
        {patient} <span className={styles.t}>{session.dose_at === null ? '' : tPlus(now, session.dose_at, session.pace)}</span> <span className={styles.phase}>{phase}</span>
      </h1>
      <div className={styles.net}>
        <Dots />
        <WatchChip />
        <SoundChip />
      </div>
      <div className={styles.tools}>
        <Button look="quiet" onClick={() => show('card')}>
          {words.emergency_card}
        </Button>
        <Button look="bare" aria-label={words.keys} onClick={() => show('keys')}>
          ?
        </Button>
      </div>
    </header>
  );
}

/** What nobody has confirmed for long is not known; it never stays green. */
function WatchChip() {
  const { watch } = useScene();
  const { view } = useKeeper();
  if (view.server === 'lost') return <StateBadge tone="unknown">{words.watch_unknown}</StateBadge>;
  if (watch === undefined || !watch.armed) return <StateBadge tone="unknown" quiet={watch !== undefined}>{words.watch_off}</StateBadge>;
  return <StateBadge tone="ok" quiet>{words.watch_on}</StateBadge>;
}

function SoundChip() {
  const heard = useUnlockedSound();
  if (heard) return <StateBadge tone="ok" quiet>{words.sound_on}</StateBadge>;
  return (
    <Button look="quiet" className={styles.chip} onClick={() => void sound.unlock()}>
      {words.sound_off}
    </Button>
  );
}
