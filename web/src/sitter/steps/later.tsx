// What is fetched when it is first shown: the steps around the watch, and the blood pressure form. The watch opens without them.
import { useEffect, useState } from 'react';
import type { LaterStep } from '../step';
import { Loading } from './door';

type Around = typeof import('./around');

/** 2 s: soon enough after a tunnel, seldom enough not to matter. */
const AGAIN_MS = 2_000;

function useAround(): Around | null {
  const [around, setAround] = useState<Around | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    import('./around').then(
      (found) => gone || setAround(found),
      () => (timer = setTimeout(() => setTries((count) => count + 1), AGAIN_MS)),
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [tries]);
  return around;
}

export function Later({ step, onWatch }: { step: LaterStep; onWatch: () => void }) {
  const Shown = useAround()?.aroundSteps[step];
  return Shown === undefined ? <Loading /> : <Shown onWatch={onWatch} />;
}

export function Pressure({ onBack }: { onBack: () => void }) {
  const around = useAround();
  return around === null ? <Loading /> : <around.Vitals onBack={onBack} />;
}
