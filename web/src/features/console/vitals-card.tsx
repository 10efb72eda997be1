import { useNow } from '../../api/use-now';
import type { Band, Vitals } from '../../api/types';
import { age } from '../../lib/format';
import { Button } from '../../ui/button';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { useDrawer } from './drawers';
import { useScene } from './scene';
import styles from './vitals.module.css';

const words = consoleWords.vitals;
export const BAND_TONE: Record<Band, Tone> = { green: 'ok', amber: 'soon', red: 'late', crisis: 'alarm', incomplete: 'unknown' };

export const newestFirst = (vitals: Vitals[]): Vitals[] => [...vitals].sort((a, b) => b.taken_at - a.taken_at);

/** The last numbers, their band, their age, and how they got there. */
export function VitalsCard() {
  const { vitals } = useScene();
  const { show } = useDrawer();
  const now = useNow();
  const [last] = newestFirst(vitals);
  return (
    <section className={styles.card} aria-label={words.heading}>
      {last === undefined ? (
        <p className={styles.none}>{words.none}</p>
      ) : (
        <>
          <p className={styles.numbers}>
            {words.numbers(last.systolic, last.diastolic, last.heart_rate)}
            {last.spo2 === null ? null : words.oxygen(last.spo2)}
          </p>
          <div className={styles.row}>
            <StateBadge tone={BAND_TONE[last.band]}>{words.band[last.band]}</StateBadge>
            <span className={styles.age}>{age(now, last.taken_at)}</span>
          </div>
          {last.completes_set ? null : <p>{words.second}</p>}
          <Chart vitals={vitals} />
        </>
      )}
      <Button look="quiet" onClick={() => show('vitals')}>
        {words.add}
      </Button>
    </section>
  );
}

const WIDE = 320;
const HIGH = 64;
/** 40 to 200 mmHg holds every value a living adult shows. */
const y = (pressure: number): number => HIGH - ((Math.min(200, Math.max(40, pressure)) - 40) / 160) * HIGH;

/** A bar from lower to upper pressure at each reading; gaps stay gaps. The line is 140. */
function Chart({ vitals }: { vitals: Vitals[] }) {
  if (vitals.length < 2) return null;
  const times = vitals.map(({ taken_at }) => taken_at);
  const first = Math.min(...times);
  const span = Math.max(1, Math.max(...times) - first);
  const x = (at: number): number => 8 + ((at - first) / span) * (WIDE - 16);
  return (
    <svg className={styles.chart} viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={words.chart}>
      <line x1={0} x2={WIDE} y1={y(140)} y2={y(140)} className={styles.limit} />
      {vitals.map(({ record, taken_at, systolic, diastolic, band }) => (
        <line key={record} x1={x(taken_at)} x2={x(taken_at)} y1={y(systolic)} y2={y(diastolic)} className={styles.bar} data-band={band} />
      ))}
    </svg>
  );
}
