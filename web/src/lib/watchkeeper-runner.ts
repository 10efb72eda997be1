// Turns the watchkeeper's crank: reads both clocks, waits, looks. In a worker, or in the page where there is none.
import { begin, nextLookMs, step, view, type Input, type Reading, type Said, type View } from './watchkeeper';

/** What a page hears after every look. */
export interface Report {
  said: Said[];
  view: View;
}

export const bothClocks = (): Reading => ({ mono_ms: performance.now(), wall_ms: Date.now() });

export interface Runner {
  take: (input: Input) => void;
  stop: () => void;
}

/** Looks at once, then every second, and at every input. */
export function run(report: (report: Report) => void): Runner {
  let state = begin(bothClocks());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (input: Input): void => {
    const now = bothClocks();
    const next = step(state, input, now);
    state = next.state;
    clearTimeout(timer);
    timer = setTimeout(() => take({ kind: 'tick' }), nextLookMs(state, now));
    report({ said: next.said, view: view(state, now) });
  };
  take({ kind: 'tick' });
  return { take, stop: () => clearTimeout(timer) };
}
