import type { ReactNode } from 'react';
import type { NumbersShare, NumbersSpread, NumbersVerdict } from '../../api/types';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { numbersWords as words } from '../../words/en/safety-numbers';
import { exactly, perCent } from './lengths';
import styles from './safety-numbers.module.css';

// A number beyond its bar is late, and no alarm: nobody is in danger for it now.
const TONE: Record<NumbersVerdict, Tone> = { kept: 'ok', broken: 'late', unknown: 'unknown', no_bar: 'soon' };

interface Said {
  name: string;
  what: string;
}

/** How long something took. What rests on too little is not said. */
export function SpreadMeasure({ said, spread, judged, sessions }: { said: Said; spread: NumbersSpread; judged: 'p95' | 'p99'; sessions: number }) {
  const { known, unknown, bar_micros, verdict } = spread;
  const parts: readonly (readonly [string, number | null])[] = [
    [words.half, spread.p50_micros],
    [words.most, spread.p95_micros],
    [words.nearly_all, spread.p99_micros],
    [words.worst, spread.worst_micros],
  ];
  return (
    <Measure said={said} verdict={verdict} bar={bar_micros === null ? words.bars.none : words.bars[judged](exactly(bar_micros))}>
      {known === 0 ? (
        <Unknown sessions={sessions} />
      ) : (
        <>
          <dl className={styles.parts}>
            {parts.map(([name, micros]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd data-unknown={micros === null || undefined}>{micros === null ? words.too_few : exactly(micros)}</dd>
              </div>
            ))}
          </dl>
          <p className={styles.muted}>{words.known(known, unknown)}</p>
        </>
      )}
    </Measure>
  );
}

/** So many of so many, and in a hundred only where there are that many. */
export function ShareMeasure({ said, share, of, sessions }: { said: Said; share: NumbersShare; of?: (whole: number) => string; sessions: number }) {
  const { part, whole, bar_one_in, verdict } = share;
  return (
    <Measure said={said} verdict={verdict} bar={bar_one_in === null ? words.bars.none : words.bars.one_in(bar_one_in)}>
      {whole === 0 ? (
        <Unknown sessions={sessions} />
      ) : (
        <p className={styles.share}>
          <strong>{of === undefined ? words.of(part, whole) : words.in(part, of(whole))}</strong>
          {whole < A_HUNDRED ? null : <span className={styles.muted}>{words.per_cent(perCent(part, whole))}</span>}
        </p>
      )}
    </Measure>
  );
}

/** Of fewer, a share of a hundred would be invented. */
const A_HUNDRED = 100;

const Unknown = ({ sessions }: { sessions: number }) => <StateBadge tone="unknown">{words.unknown_of(words.sessions(sessions))}</StateBadge>;

function Measure({ said, verdict, bar, children }: { said: Said; verdict: NumbersVerdict; bar: string; children: ReactNode }) {
  return (
    <section className={styles.measure} aria-label={said.name}>
      <header className={styles.head}>
        <h3>{said.name}</h3>
        {verdict === 'no_bar' ? null : <StateBadge tone={TONE[verdict]}>{words.verdicts[verdict] ?? verdict}</StateBadge>}
      </header>
      {children}
      <p className={styles.what}>{said.what}</p>
      <p className={styles.what}>{words.bar(bar)}</p>
    </section>
  );
}
