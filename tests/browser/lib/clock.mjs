// One clock for two pages: each page's distance from the server's clock, by its own shortest round trip.

const ROUNDS = 8;

/** Milliseconds to add to this page's Date.now() for server time. */
export function offsetOf(page) {
  return page.evaluate(async (rounds) => {
    let best = { trip: Infinity, offset: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const sent = Date.now();
      const { now_at } = await (await fetch('/api/time')).json();
      const received = Date.now();
      if (received - sent < best.trip) best = { trip: received - sent, offset: now_at / 1_000 - (sent + received) / 2 };
    }
    return best.offset;
  }, ROUNDS);
}

/** The p-th percentile (nearest rank) of some numbers. */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? null;
}
