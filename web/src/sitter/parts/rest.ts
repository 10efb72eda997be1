// A thumb that rests on a button. Nothing on the page shows whether it was a press or a rest: every button of the page
// takes both, and only "All well" means something else by the second.
import { useRef, type MouseEvent } from 'react';

/** 3 s: longer than any press, and short enough for a breath that is held. */
const REST_MS = 3_000;

export function useRest(onPress: () => void, onRest: () => void, ready: boolean) {
  const down_ms = useRef<number | null>(null);
  const rested = useRef(false);
  return {
    onPointerDown: (): void => {
      down_ms.current = performance.now();
      rested.current = false;
    },
    // A phone takes a long press for a wish to select, and then tells of no click.
    onPointerUp: (): void => {
      rested.current = down_ms.current !== null && performance.now() - down_ms.current >= REST_MS;
      down_ms.current = null;
      if (rested.current && ready) onRest();
    },
    onPointerLeave: (): void => {
      down_ms.current = null;
    },
    onClick: (): void => {
      if (!rested.current && ready) onPress();
      rested.current = false;
    },
    onContextMenu: (event: MouseEvent): void => event.preventDefault(),
  };
}
