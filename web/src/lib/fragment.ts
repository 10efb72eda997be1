// One-time tokens arrive behind the "#": a browser never sends that part to a server or a log.

/** The token in the address. */
export const token = (): string => location.hash.slice(1);

/** Takes it off the address bar, so that it is not shared or bookmarked by mistake. */
export function hideToken(): void {
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
}
