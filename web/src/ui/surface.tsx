// Night in any session, day elsewhere, both everywhere by choice (design.md §2). Dim is the patient's, in session.
import { createContext, useContext, useEffect, useLayoutEffect, useMemo, useState, type ReactNode } from 'react';

export type Surface = 'day' | 'night' | 'dim';
export type SurfaceChoice = 'auto' | 'day' | 'night';

interface SurfaceState {
  surface: Surface;
  choice: SurfaceChoice;
  choose: (choice: SurfaceChoice) => void;
  ask: (surface: Surface) => void;
}

const STORED = 'holdspace.surface';
const Context = createContext<SurfaceState | null>(null);

function stored(): SurfaceChoice {
  const word = localStorage.getItem(STORED);
  return word === 'day' || word === 'night' ? word : 'auto';
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [asked, ask] = useState<Surface>('day');
  const [choice, setChoice] = useState<SurfaceChoice>(stored);
  // Dim is never overruled: no bright light in the eyes of somebody under the medicine.
  const surface = asked === 'dim' || choice === 'auto' ? asked : choice;
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = surface;
  }, [surface]);
  const state = useMemo<SurfaceState>(
    () => ({
      surface,
      choice,
      ask,
      choose: (next) => {
        localStorage.setItem(STORED, next);
        setChoice(next);
      },
    }),
    [surface, choice],
  );
  return <Context.Provider value={state}>{children}</Context.Provider>;
}

export function useSurface(): SurfaceState {
  const state = useContext(Context);
  if (state === null) throw new Error('useSurface needs ThemeProvider');
  return state;
}

/** This page is a night (or dim) page while it is shown. */
export function useAsked(surface: Surface): void {
  const { ask } = useSurface();
  useEffect(() => {
    ask(surface);
    return () => ask('day');
  }, [ask, surface]);
}
