import type { ReactNode } from 'react';
import styles from './empty.module.css';

/** Empty says what will be here. */
export const Empty = ({ children }: { children: ReactNode }) => <p className={styles.empty}>{children}</p>;

/** Waiting for the first answer. Later waits keep the old number, greyed with its age. */
export const Loading = ({ children }: { children: string }) => (
  <p role="status" className={styles.empty}>
    <span className={styles.lamp} aria-hidden="true" />
    {children}
  </p>
);
