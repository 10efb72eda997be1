// Held for long enough, by finger, pen or key; let go early, nothing happens.
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type SyntheticEvent } from 'react';

export interface Hold {
  holding: boolean;
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerUp: () => void;
    onPointerLeave: () => void;
    onPointerCancel: () => void;
    onContextMenu: (event: SyntheticEvent) => void;
    onKeyDown: (event: KeyboardEvent) => void;
    onKeyUp: () => void;
    onBlur: () => void;
  };
}

export function useHold(seconds: number, onHeld: () => void): Hold {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const release = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    setHolding(false);
  }, []);
  useEffect(() => release, [release]);
  const press = (): void => {
    if (timer.current !== null) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      release();
      onHeld();
    }, seconds * 1_000);
  };
  const handlers = {
    onPointerDown: press,
    onPointerUp: release,
    onPointerLeave: release,
    onPointerCancel: release,
    onContextMenu: (event: SyntheticEvent) => event.preventDefault(),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      press();
    },
    onKeyUp: release,
    onBlur: release,
  };
  return { holding, handlers };
}
