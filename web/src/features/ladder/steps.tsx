import type { Ladder, Rung } from '../../api/types';
import { ladderWords as words } from '../../words/en/ladder';
import styles from './ladder.module.css';

const joined = (all: string[], none: string): string => (all.length === 0 ? none : all.length === 1 ? (all[0] ?? none) : `${all.slice(0, -1).join(', ')}${words.and}${all.at(-1) ?? ''}`);

/** "Whoever is on call then and the prescriber, by screen, mail and text; all at once". */
export function stepWords(rung: Rung): string {
  const told = words.told(joined(rung.who.map((who) => words.who[who]), words.nobody), joined(rung.channels.map((channel) => words.channels[channel]), words.no_way));
  const way = rung.order === 'serial' ? words.serial(rung.gap_seconds) : words.parallel;
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}; ${way}.`;
}

/** A ladder as one reads it aloud. */
export function Steps({ ladder }: { ladder: Ladder }) {
  return (
    <>
      <ol className={styles.steps}>
        {ladder.rungs.map((rung, at) => (
          <li key={at} className={styles.step}>
            <strong>{words.at(ladder.rungs.slice(0, at + 1).reduce((seconds, { after_seconds }) => seconds + after_seconds, 0))}</strong>
            <span>{stepWords(rung)}</span>
          </li>
        ))}
      </ol>
      <p>{words.repeats(ladder.repeat_seconds)}</p>
      <p>{words.holds(ladder.hold_seconds)}</p>
    </>
  );
}
