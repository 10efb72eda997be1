// Keeps the sitter's page on the phone, so that the card and the looks open without a connection.
// It never touches /api: what the server says is never answered from a store.
const KEPT = 'sitter-1';
const PAGE = '/s';

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function keep(key, response) {
  if (response.ok) await (await caches.open(KEPT)).put(key, response.clone());
  return response;
}

/** The page: from the server when it answers in time, else the one that was kept. */
async function page(request) {
  const kept = await caches.match(PAGE);
  try {
    // By address: a navigation request itself cannot be given a time limit.
    return await keep(PAGE, await fetch(request.url, { credentials: 'same-origin', signal: AbortSignal.timeout(kept ? 4000 : 30000) }));
  } catch (gone) {
    if (kept) return kept;
    throw gone;
  }
}

/** Built files carry their hash in the name: what is kept never goes stale. */
const asset = async (request) => (await caches.match(request)) ?? keep(request, await fetch(request));

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && pathname === PAGE) event.respondWith(page(event.request));
  else if (pathname.startsWith('/assets/')) event.respondWith(asset(event.request));
});
