import { useNow } from '../../api/use-now';
import { length } from '../../lib/format';
import { secondsBetween } from '../../lib/time';
import { signWords as words } from '../../words/en/signs';
import { useScene } from './scene';
import styles from './strip.module.css';

/** Amber: something of the home is not seen any more. Alone it alarms nobody; whoever leads asks at once. */
export function SignsStrip() {
  const { watch, sitter, patient } = useScene();
  const now = useNow();
  const silent = watch?.signs.filter(({ sign, silent_since }) => silent_since !== null && sign in words.silent) ?? [];
  if (silent.length === 0) return null;
  return (
    <div className={styles.strip}>
      {/* Said aloud once; the seconds are for the eye. */}
      <span role="status" className="visually-hidden">
        {silent.map(({ sign }) => words.silent[sign]?.(sitter, patient)).join(' ')}
      </span>
      {silent.map(({ sign, seen_at, silent_since }) => (
        <strong key={sign}>
          {words.silent[sign]?.(sitter, patient)} {words.since(length(secondsBetween(seen_at ?? silent_since ?? now, now)))}
        </strong>
      ))}
      <span>{words.ask(sitter)}</span>
    </div>
  );
}
