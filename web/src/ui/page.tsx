import { useEffect, type ReactNode } from 'react';
import { shellWords } from '../words/en/shell';
import styles from './page.module.css';
import { useAsked, type Surface } from './surface';

interface PageProps {
  title: string;
  /** Said under the title: what this page is for, in one sentence. */
  lead?: ReactNode;
  surface?: Surface;
  /** `reading`: one column. `working`: the width of a desk. `wall`: the width of a wall. `whole`: no padding, the page lays itself out. */
  width?: 'reading' | 'working' | 'wall' | 'whole';
  children: ReactNode;
}

/** One page: its title on the tab and at the top, its surface, its width. */
export function Page({ title, lead, surface = 'day', width = 'reading', children }: PageProps) {
  useAsked(surface);
  useEffect(() => {
    document.title = shellWords.tab(title);
  }, [title]);
  if (width === 'whole') return <main id="main">{children}</main>;
  return (
    <main id="main" className={styles.page} data-width={width}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
      </header>
      {children}
    </main>
  );
}
