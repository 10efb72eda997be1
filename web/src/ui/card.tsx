import { useId, type ReactNode } from 'react';
import styles from './card.module.css';

/** A thing with a name. Lines rather than boxes: use it for what can be acted on. */
export function Card({ title, aside, children, quiet = false }: { title?: string; aside?: ReactNode; children: ReactNode; quiet?: boolean }) {
  const id = useId();
  return (
    <section className={styles.card} data-quiet={quiet || undefined} aria-labelledby={title === undefined ? undefined : id}>
      {title === undefined ? null : (
        <header className={styles.head}>
          <h2 id={id}>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}
