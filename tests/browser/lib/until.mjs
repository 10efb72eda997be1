// Waiting for something that becomes true, with a bound. Never for a time.

/** How often a condition is looked at. */
const LOOK_MS = 50;

/** Asks again until the answer is not null or undefined; fails with the sentence when the bound is over. */
export async function until(what, ask, bound_ms = 15_000) {
  const ends = Date.now() + bound_ms;
  for (;;) {
    const found = await ask();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > ends) throw new Error(`${what}: not within ${bound_ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
