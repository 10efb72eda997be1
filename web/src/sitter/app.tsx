// Which step is shown. The server's state decides; see step.ts.
import { useState, type ComponentType } from 'react';
import { sitterWords as w } from '../words/en/sitter';
import { useSilence } from './use-silence';
import { useWorld } from './context';
import { Offline } from './parts/banners';
import { isLater, isPreparing, PREPARING, stepOf, type LaterStep, type Step } from './step';
import { Loading, OpenLink, Refused } from './steps/door';
import { Later } from './steps/later';
import { Waiting } from './steps/waiting';
import { WatchStep } from './steps/watch';
import { Witness } from './steps/witness';

const STEPS: Record<Exclude<Step, LaterStep>, ComponentType> = {
  loading: Loading, open: OpenLink, refused: Refused, waiting: Waiting, witness: Witness, watch: WatchStep, after: WatchStep,
};

function Progress({ step }: { step: Step }) {
  if (!isPreparing(step)) return null;
  const at = PREPARING.indexOf(step);
  return (
    <div className="bar">
      <p>
        {w.bar.step(at + 1, PREPARING.length)} · {w.bar.steps[step]}
      </p>
      <span className="dots" aria-hidden="true">
        {PREPARING.map((one, index) => (
          <i key={one} data-done={index <= at || undefined} />
        ))}
      </span>
    </div>
  );
}

/** While preparing, lost connection is said once on top; the watch says it in its own place. */
function EarlyOffline({ step }: { step: Step }) {
  const { offline, door } = useWorld();
  const silent = useSilence();
  return (offline || (silent && door === 'in')) && (isPreparing(step) || step === 'waiting') ? <Offline /> : null;
}

export function App() {
  const world = useWorld();
  const [watching, setWatching] = useState(false);
  const step = stepOf(world);
  if (step === 'handover' && watching) return <WatchStep onHandover={() => setWatching(false)} />;
  const Shown = isLater(step) ? null : STEPS[step];
  return (
    <>
      <Progress step={step} />
      <EarlyOffline step={step} />
      {isLater(step) ? <Later step={step} onWatch={() => setWatching(true)} /> : Shown !== null && <Shown />}
    </>
  );
}
