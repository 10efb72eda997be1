import { useEffect, type ReactNode } from 'react';
import { shellWords } from '../words/en/shell';
import styles from './door.module.css';
import { useAsked } from './surface';

/** A page you pass through once: one lamp, one card, one thing to do. */
export function Door({ title, lead, children, foot }: { title: string; lead?: string; children: ReactNode; foot?: ReactNode }) {
  useAsked('night');
  useEffect(() => {
    document.title = shellWords.tab(title);
  }, [title]);
  return (
    <main id="main" className={styles.door}>
      <span className={styles.lamp} aria-hidden="true" />
      <div className={styles.card}>
        <p className={styles.name}>{shellWords.product}</p>
        <h1>{title}</h1>
        {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
        {children}
      </div>
      {foot === undefined ? null : <div className={styles.foot}>{foot}</div>}
    </main>
  );
}
