// Asks the browser to keep this page and its parts. All parts are asked for now: in a cellar it is too late.
export function keepPage(): void {
  if (!('serviceWorker' in navigator)) return;
  // Refused in private windows: the page works, it only cannot be opened anew without a connection.
  navigator.serviceWorker
    .register('/sitter-sw.js', { scope: '/s' })
    .then(() => navigator.serviceWorker.ready)
    .then(() => Promise.all([import('./steps/around'), ...[...document.querySelectorAll<HTMLElement>('script[src],link[rel=stylesheet]')].map((part) => fetch(part.getAttribute('src') ?? part.getAttribute('href') ?? ''))]))
    .catch(() => undefined);
}
