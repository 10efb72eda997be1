import { length } from '../../lib/format';
import { watchkeeperWords as words } from '../../words/en/watchkeeper';
import { useKeeper } from './keeper';
import styles from './strip.module.css';

/** Amber: the one who watches the server is not heard, or has something to say. The watch itself goes on. */
export function WatchdogStrip() {
  const { view, alone } = useKeeper();
  // The red band says it then, in its own words.
  if (alone) return null;
  if (view.watchdog === 'late' || view.watchdog === 'lost')
    return (
      <div className={styles.strip}>
        {/* Said aloud once; the seconds are for the eye. */}
        <span role="status" className="visually-hidden">
          {words.watchdog_late_short}
        </span>
        <strong>{words.watchdog_late(length(Math.floor(view.watchdog_silent_ms / 1_000)))}</strong>
        <span>{words.watchdog_late_means}</span>
      </div>
    );
  if (view.watchdog !== 'fresh') return null;
  if (view.watchdog_word === 'silent') return <Says title={words.watchdog_says_silent} means={words.watchdog_says_silent_means} />;
  if (view.watchdog_word === 'audit_failing') return <Says title={words.watchdog_says_audit} means={words.watchdog_says_audit_means} />;
  if (view.watchdog_word === 'path_broken') return <Says title={words.watchdog_says_path} means={words.watchdog_says_path_means} />;
  return null;
}

const Says = ({ title, means }: { title: string; means: string }) => (
  <div className={styles.strip} role="status">
    <strong>{title}</strong>
    <span>{means}</span>
  </div>
);
