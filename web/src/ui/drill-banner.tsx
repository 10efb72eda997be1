import { shellWords } from '../words/en/shell';
import styles from './drill-banner.module.css';

/** Nobody may take a drill for the real thing, nor the real thing for a drill. */
export function DrillBanner({ pace }: { pace: number }) {
  return (
    <p className={styles.drill} role="note">
      <strong>{shellWords.drill}</strong>
      {pace > 1 ? <span>{shellWords.drill_pace(pace)}</span> : null}
    </p>
  );
}
