// Keeps this page and its parts on the phone (public/sitter-sw.js serves them). All of them now: in a cellar it is too late.

/** The worker's store: the same name in both files. */
const KEPT = 'sitter-1';

export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/sitter-sw.js', { scope: '/s' });
    await import('./steps/around');
    await document.fonts.ready;
    const parts = performance.getEntriesByType('resource').map(({ name }) => name);
    const kept = await caches.open(KEPT);
    await kept.addAll(['/s', ...new Set(parts.filter((name) => name.startsWith(`${location.origin}/assets/`)))]);
  } catch {
    // Refused in private windows: the page works, it only cannot be opened anew without a connection.
  }
}
