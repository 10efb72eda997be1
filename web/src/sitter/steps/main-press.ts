// What the large button of a look does now: the count that is owed comes before "All well", and neither hears a pocket.
import { useState } from 'react';
import { sitterWords as w } from '../../words/en/sitter';
import { useCalm } from '../parts/calm';
import { ANSWER, QUIET, type Which } from '../signing';
import { COUNT_TASK } from '../task';
import type { WatchView } from '../use-watch';
import { useCount } from './count';
import type { useLook } from './look';

export function useMainPress(view: WatchView, look: ReturnType<typeof useLook>, wrong: boolean) {
  const sequence = view.next?.sequence ?? 0;
  const count = useCount(sequence);
  const { calmly, hasty } = useCalm();
  // A thumb that rested on "Start" rested: the answer that follows is signed so, whatever is pressed then.
  const [rested, setRested] = useState<{ at: number; by: Which }>({ at: 0, by: ANSWER });
  const by = rested.at === sequence ? rested.by : ANSWER;
  // Whoever looks before the page asks looks unasked, and counts nothing (checkins' core, task.rs).
  const task = view.due && view.next?.task === COUNT_TASK && look.counted === undefined && !wrong ? look.task : undefined;
  const begin = (which: Which): void => {
    setRested({ at: sequence, by: which });
    count.begin();
  };
  const send = (which: Which): void => calmly(() => look.sendWell(which));
  const owed = { tone: 'ok' as const, busy: count.phase !== 'ready', label: { ready: w.count.start, counting: w.count.wait, number: w.count.choose }[count.phase], onPress: () => begin(ANSWER), onRest: () => begin(QUIET) };
  const well = { tone: 'ok' as const, busy: look.busy, label: look.begun ? w.watch.restWell : w.watch.allWell, onPress: () => send(by), onRest: () => send(QUIET) };
  return { main: task === undefined ? well : owed, task, count, by, hasty };
}
