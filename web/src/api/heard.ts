// When the server was last heard, by any road. Silence is a state of its own (reliability.md §2.7: 15 s).

let last_ms = performance.now();

/** The server answered or sent a beat. */
export const heard = (): void => {
  last_ms = performance.now();
};

/** How long it has been silent, in milliseconds, on the clock nobody can set. */
export const silentFor = (): number => performance.now() - last_ms;

/** 15 s without a beat or an answer: reliability.md §2.7, "MONITORING LOST". */
export const SILENCE_MS = 15_000;
