import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '../../ui/button';
import { consoleWords } from '../../words/en/console';
import { DischargeForm } from './discharge-form';
import styles from './drawer.module.css';
import { useDrawer, type Drawer } from './drawers';
import { EmergencyCard } from './emergency-card';
import { EndForm } from './end-form';
import { KeysList } from './keys';
import { LookForm } from './look-form';
import { RecordDose } from './record-dose';
import { useScene } from './scene';
import { VitalsForm } from './vitals-form';

function content(drawer: Drawer): ReactNode {
  switch (drawer) {
    case 'card':
      return <EmergencyCard />;
    case 'vitals':
      return <VitalsForm />;
    case 'look':
      return <LookForm />;
    case 'dose':
      return <RecordDose />;
    case 'discharge':
      return <DischargeForm />;
    case 'end':
      return <EndForm />;
    case 'keys':
      return <KeysList />;
  }
}

/** Beside the rail, over nothing that lives: the face and the alarms stay in view. Esc closes. */
export function DrawerPanel() {
  const { patient } = useScene();
  const { open, show } = useDrawer();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (open !== null) heading.current?.focus();
  }, [open]);
  if (open === null) return null;
  const titles: Record<Drawer, string> = {
    card: consoleWords.card.title,
    vitals: consoleWords.vitals.add,
    look: consoleWords.look.title,
    dose: consoleWords.dose.record,
    discharge: consoleWords.discharge.title(patient),
    end: consoleWords.end.open,
    keys: consoleWords.keys_list.title,
  };
  return (
    <section className={styles.drawer} aria-label={titles[open]} onKeyDown={(event) => event.key === 'Escape' && show(null)}>
      <header className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {titles[open]}
        </h2>
        <Button look="bare" onClick={() => show(null)}>
          {consoleWords.close}
        </Button>
      </header>
      {content(open)}
    </section>
  );
}
