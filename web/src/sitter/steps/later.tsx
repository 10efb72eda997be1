// The steps around the watch, fetched when one is shown: the watch opens without them.
import { useEffect, useState, type ComponentType } from 'react';
import type { LaterStep } from '../step';
import { Loading } from './door';

type Steps = Record<LaterStep, ComponentType<{ onWatch: () => void }>>;

/** 2 s: soon enough after a tunnel, seldom enough not to matter. */
const AGAIN_MS = 2_000;

export function Later({ step, onWatch }: { step: LaterStep; onWatch: () => void }) {
  const [steps, setSteps] = useState<Steps | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    import('./around').then(
      ({ aroundSteps }) => gone || setSteps(aroundSteps),
      () => (timer = setTimeout(() => setTries((count) => count + 1), AGAIN_MS)),
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [tries]);
  const Shown = steps?.[step];
  return Shown === undefined ? <Loading /> : <Shown onWatch={onWatch} />;
}
