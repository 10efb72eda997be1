// The few parts of React that the sitter's page uses, from preact's core. vite.sitter.config.ts puts this file in
// React's place: the page keeps React's types and tests, and the phone loads a third of the code.
import { useEffect, useState } from 'preact/hooks';

export { createContext, Fragment } from 'preact';
export { useCallback, useContext, useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';

export function useSyncExternalStore<Snapshot>(subscribe: (told: () => void) => () => void, snapshot: () => Snapshot): Snapshot {
  const [, again] = useState(0);
  useEffect(() => {
    const told = (): void => again((count) => count + 1);
    told();
    return subscribe(told);
  }, [subscribe]);
  return snapshot();
}
