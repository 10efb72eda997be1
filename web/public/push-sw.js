// Shows an alarm in this browser, also when no page is open. It acknowledges nothing: a press opens the board, and who
// takes the alarm says so there, signed in. Nothing is kept.
const BOARD = '/board';

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const { title = 'Holdspace', body = '', tag } = event.data?.json() ?? {};
  // A newer alarm of the same session takes the older one's place, and sounds again.
  event.waitUntil(self.registration.showNotification(title, { body, tag, renotify: tag !== undefined, requireInteraction: true, icon: '/mark.svg' }));
});

async function open() {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const board = pages.find((page) => new URL(page.url).pathname === BOARD);
  return board ? board.focus() : self.clients.openWindow(BOARD);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open());
});
