import { Link } from '@tanstack/react-router';
import { useLiveStatus, useSilence } from '../../api/use-live';
import { useNow } from '../../api/use-now';
import { paths } from '../../app/paths';
import { sound } from '../../lib/sound';
import { tPlus } from '../../lib/time';
import { Button } from '../../ui/button';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords as words } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';
import { useUnlockedSound } from './alarm';
import { useDrawer } from './drawers';
import styles from './console.module.css';
import { useScene } from './scene';

/** Who, when, which phase; whether the net holds; the card. */
export function Header() {
  const { session, patient, watch } = useScene();
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
        <ServerChip />
        {watch === undefined ? <StateBadge tone="unknown">{words.watch_off}</StateBadge> : <StateBadge tone={watch.armed ? 'ok' : 'unknown'} quiet>{watch.armed ? words.watch_on : words.watch_off}</StateBadge>}
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

function ServerChip() {
  const silent = useSilence();
  const status = useLiveStatus();
  if (silent) return <StateBadge tone="alarm">{words.server_lost}</StateBadge>;
  return status === 'open' ? <StateBadge tone="ok" quiet>{words.server_ok}</StateBadge> : <StateBadge tone="soon" quiet>{words.server_polling}</StateBadge>;
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
