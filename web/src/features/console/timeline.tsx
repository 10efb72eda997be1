import type { ReactNode } from 'react';
import { useNow } from '../../api/use-now';
import { clockTime, MINUTE, tPlus, type Micros } from '../../lib/time';
import { consoleWords } from '../../words/en/console';
import { useScene, type Scene } from './scene';
import styles from './timeline.module.css';

const words = consoleWords.timeline;

// Protocol minutes after the dose: CONTRACT "Protocol phases".
const BANDS = [
  ['absorb', 0, 15],
  ['onset', 15, 20],
  ['peak', 20, 60],
  ['return', 60, 120],
  ['recover', 120, 180],
] as const;
const FROM_MINUTES = -10;
const UNTIL_MINUTES = 165;

interface Mark {
  key: string;
  kind: 'look' | 'vitals' | 'dose' | 'due' | 'incident';
  at: Micros;
  tone: string;
}

const SHAPE: Record<Mark['kind'], string> = { look: '●', vitals: '◆', dose: '▮', due: '○', incident: '▲' };

function marks({ watch, vitals, session, patient }: Scene): Mark[] {
  const toneOf = { ok: 'ok', watch: 'soon', urgent: 'alarm', emergency: 'alarm' } as const;
  const bandOf = { green: 'ok', amber: 'soon', red: 'late', crisis: 'alarm', incomplete: 'muted' } as const;
  return [
    ...(session.dose_at === null ? [] : [{ key: `dose ${patient}`, kind: 'dose' as const, at: session.dose_at, tone: 'text' }]),
    ...(watch?.history ?? []).map((look) => ({ key: look.id, kind: 'look' as const, at: look.received_at, tone: look.counted === 'late' ? 'late' : toneOf[look.severity] })),
    ...vitals.map((reading) => ({ key: reading.record, kind: 'vitals' as const, at: reading.taken_at, tone: bandOf[reading.band] })),
    ...(watch?.incidents ?? []).map((incident) => ({ key: incident.id, kind: 'incident' as const, at: incident.opened_at, tone: 'alarm' })),
    ...(watch?.next == null ? [] : [{ key: 'due', kind: 'due' as const, at: watch.next.due_at, tone: 'muted' }]),
  ];
}

/** T+ along the bottom: phases as bands, what happened as shapes. The same list can be read aloud. */
export function Timeline() {
  const scene = useScene();
  const { session } = scene;
  const now = useNow();
  const { dose_at } = session;
  if (dose_at === null) return <p className={styles.empty}>{words.empty}</p>;
  const minuteOf = (at: Micros): number => ((at - dose_at) / MINUTE) * session.pace;
  const until = Math.max(UNTIL_MINUTES, minuteOf(now) + 15);
  const left = (minutes: number): string => `${((Math.min(until, Math.max(FROM_MINUTES, minutes)) - FROM_MINUTES) / (until - FROM_MINUTES)) * 100}%`;
  const shown = marks(scene);
  return (
    <section className={styles.timeline} aria-label={words.heading} tabIndex={0}>
      <div className={styles.track} aria-hidden="true">
        {BANDS.map(([phase, from, to]) => (
          <Band key={phase} name={consoleWords.protocol[phase]} left={left(from)} right={left(phase === 'recover' ? until : to)} here={session.protocol_phase === phase} />
        ))}
        <span className={styles.now} style={{ left: left(minuteOf(now)) }} />
        {shown.map(({ key, kind, at, tone }) => (
          <span key={key} className={styles.mark} data-kind={kind} style={{ left: left(minuteOf(at)), color: `var(--${tone})` }}>
            {SHAPE[kind]}
          </span>
        ))}
      </div>
      <Spoken>
        {[...shown].sort((a, b) => a.at - b.at).map(({ key, kind, at }) => (
          <li key={key}>{words.at(words[kind], `${tPlus(at, dose_at, session.pace)}, ${clockTime(at)}`)}</li>
        ))}
      </Spoken>
    </section>
  );
}

const Spoken = ({ children }: { children: ReactNode }) => <ol className="visually-hidden">{children}</ol>;

function Band({ name, left, right, here }: { name: string; left: string; right: string; here: boolean }) {
  return (
    <span className={styles.band} data-here={here || undefined} style={{ left, width: `calc(${right} - ${left})` }}>
      <span>{name}</span>
    </span>
  );
}
