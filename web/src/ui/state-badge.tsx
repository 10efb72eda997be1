import styles from './state-badge.module.css';

export type Tone = 'ok' | 'soon' | 'late' | 'alarm' | 'unknown';

/** State is colour + word + shape (design.md §2). The word is the caller's; the shape never changes. */
const SHAPE: Record<Tone, string> = { ok: '●', soon: '◔', late: '◑', alarm: '▲', unknown: '▨' };

export function StateBadge({ tone, children, quiet = false }: { tone: Tone; children: string; quiet?: boolean }) {
  return (
    <span className={styles.badge} data-tone={tone} data-quiet={quiet || undefined}>
      <span aria-hidden="true" className={styles.shape}>
        {SHAPE[tone]}
      </span>
      {children}
    </span>
  );
}
