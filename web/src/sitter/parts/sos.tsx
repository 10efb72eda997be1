// Held for three seconds it calls for help, also by a thumb that nobody looks at: it fills, it buzzes, and the call is there.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { sitterWords as w } from '../../words/en/sitter';
import { EmergencyCard } from '../emergency';

/** 3 s: no pocket and no sleeve holds that long by accident, and nobody waits longer in fear. */
const SECONDS = 3;
/** Felt through a sleeve: a short one for each second, a long one when it calls. */
const TICK_MS = 40;
const CALLS_MS = 600;
const RADIUS = 26;

const buzz = (for_ms: number): void => void navigator.vibrate?.(for_ms);
const isPressKey = ({ key }: KeyboardEvent): boolean => key === 'Enter' || key === ' ';

/** Counts while it is held; lets go of everything when the finger does. */
function useHold(onHeld: () => void) {
  const [held_s, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const release = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(null);
  };
  const count = (seconds: number): void => {
    setHeld(seconds);
    buzz(seconds === SECONDS ? CALLS_MS : TICK_MS);
    if (seconds < SECONDS) timer.current = setTimeout(() => count(seconds + 1), 1_000);
    else {
      release();
      onHeld();
    }
  };
  const press = (): void => {
    if (timer.current === undefined) count(0);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { held_s, press, release };
}

export function HoldForHelp() {
  const [calling, setCalling] = useState(false);
  const { held_s, press, release } = useHold(() => setCalling(true));
  return (
    <>
      <button type="button" className="sos" data-holding={held_s !== null || undefined} onPointerDown={press} onPointerUp={release} onPointerLeave={release}
        onPointerCancel={release} onBlur={release} onContextMenu={(event) => event.preventDefault()} onKeyUp={release}
        onKeyDown={(event) => {
          if (!isPressKey(event)) return;
          event.preventDefault();
          press();
        }}>
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <circle className="sos-track" cx="32" cy="32" r={RADIUS} />
          <circle className="sos-fill" cx="32" cy="32" r={RADIUS} pathLength={1} />
        </svg>
        <span className="sos-word">{w.sos.word}</span>
        <span className="visually-hidden">{w.sos.label}</span>
        <span className="sos-hint" aria-hidden="true">{held_s === null ? w.sos.hint : w.sos.left(SECONDS - held_s)}</span>
      </button>
      {calling && <EmergencyCard onBack={() => setCalling(false)} />}
    </>
  );
}
