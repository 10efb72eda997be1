// Starts the watchkeeper for a page. A worker that cannot start, or that dies, is replaced by the page's own timers.
import { slipBetween, SLIP_MS, type Input, type Reading } from './watchkeeper';
import { bothClocks, run, type Report, type Runner } from './watchkeeper-runner';

/** One answer of the watch, with the moments at which it was asked for and came. */
export interface Answer {
  asked: Reading;
  received: Reading;
  heard: Omit<Extract<Input, { kind: 'heard' }>, 'kind' | 'age_ms' | 'round_trip_ms'>;
}

export interface Host {
  hear: (answer: Answer) => void;
  take: (input: Input) => void;
  stop: () => void;
}

/** A worker speaks every second. The page has counted five of its own, and nothing came. */
const DEAF_TICKS = 5;

export function startWatchkeeper(report: (report: Report) => void): Host {
  let runner: Runner | null = null;
  let speaks = false;
  let silent_ticks = 0;
  let last: Answer | null = null;
  let expects_watchdog = false;
  const early: Input[] = [];

  const told = (said: Report): void => {
    silent_ticks = 0;
    const is_first = !speaks;
    speaks = true;
    report(said);
    // What came while the worker was loading is told once it listens, with its age by then.
    if (is_first) catchUp();
  };
  const catchUp = (): void => {
    if (expects_watchdog) runner?.take({ kind: 'watchdog_expected' });
    for (const input of early.splice(0)) runner?.take(input);
    if (last !== null) hear(last);
  };
  const hear = (answer: Answer): void => {
    last = answer;
    const heard = aged(answer, bothClocks());
    if (speaks && heard !== null) runner?.take(heard);
  };
  const inPage = (): void => {
    runner?.stop();
    runner = null;
    speaks = false;
    // `run` reports before it answers: the first report must find the runner.
    const waiting: Report[] = [];
    const own = run((said) => (runner === null ? waiting.push(said) : told(said)));
    runner = own;
    waiting.forEach(told);
  };
  const deaf = setInterval(() => {
    silent_ticks += 1;
    if (silent_ticks >= DEAF_TICKS && runner !== null) inPage();
  }, 1_000);

  runner = inWorker(told, inPage);
  if (runner === null) inPage();
  return {
    hear,
    take: (input) => {
      if (input.kind === 'watchdog_expected') expects_watchdog = true;
      if (speaks) runner?.take(input);
      else early.push(input);
    },
    stop: () => {
      clearInterval(deaf);
      runner?.stop();
      runner = null;
    },
  };
}

function inWorker(told: (said: Report) => void, failed: () => void): Runner | null {
  if (typeof Worker === 'undefined') return null;
  let worker: Worker;
  try {
    worker = new Worker(new URL('./watchkeeper.worker.ts', import.meta.url), { type: 'module' });
  } catch {
    return null;
  }
  let stopped = false;
  worker.onmessage = ({ data }: MessageEvent<Report>) => stopped || told(data);
  worker.onerror = () => stopped || failed();
  return {
    take: (input) => worker.postMessage(input),
    stop: () => {
      stopped = true;
      worker.terminate();
    },
  };
}

/** Null when the machine slept between the question and now: the answer's clock is then of no use. */
function aged({ asked, received, heard }: Answer, now: Reading): Input | null {
  if (Math.abs(slipBetween(asked, now)) > SLIP_MS) return null;
  return { kind: 'heard', ...heard, age_ms: now.mono_ms - received.mono_ms, round_trip_ms: received.mono_ms - asked.mono_ms };
}
