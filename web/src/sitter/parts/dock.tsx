// The three buttons of the watch. They never move, and the safest is the easiest to hit.
import { useState } from 'react';
import { sitterWords as w } from '../../words/en/sitter';
import { useWorld } from '../context';
import { EmergencyCard, emergencyNumber } from '../emergency';
import { Press } from './screen';
import { HoldForHelp } from './sos';

/** Opens the card in one press, from any step that knows its session. */
export function EmergencyButton() {
  const { card, session } = useWorld();
  const [open, setOpen] = useState(false);
  const number = emergencyNumber(card);
  return (
    <>
      <div className="dock-row">
        <Press tone="alarm" onPress={() => setOpen(true)}>
          {w.watch.emergency} <span aria-hidden="true">▲</span> {number}
        </Press>
        {session?.dose_at && <HoldForHelp />}
      </div>
      {open && <EmergencyCard onBack={() => setOpen(false)} />}
    </>
  );
}

interface WatchDockProps {
  main: { label: string; onPress: () => void; onRest?: () => void; tone: 'ok' | 'plain'; busy?: boolean };
  onWrong: () => void;
}

export const WatchDock = ({ main, onWrong }: WatchDockProps) => (
  <>
    <Press tone={main.tone} big busy={main.busy ?? false} onPress={main.onPress} {...(main.onRest ? { onRest: main.onRest } : {})}>
      {main.label}
    </Press>
    <Press tone="late" onPress={onWrong}>
      {w.watch.somethingWrong}
    </Press>
    <EmergencyButton />
  </>
);
