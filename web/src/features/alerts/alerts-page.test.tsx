import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { serve, show } from '../../test/house';
import { AlertsPage } from './alerts-page';

const KEY = 'BAECAw';

/** A browser with a push service; what the person answers when asked. */
function browser(answer: NotificationPermission) {
  let subscribed: unknown = null;
  const asked = vi.fn(() => Promise.resolve(answer));
  const keys: Record<string, ArrayBuffer> = { p256dh: new Uint8Array([4, 251]).buffer, auth: new Uint8Array([1]).buffer };
  const made = { endpoint: 'https://push.example/one', getKey: (name: string) => keys[name] ?? null, unsubscribe: () => Promise.resolve(true) };
  const subscribe = vi.fn((options: PushSubscriptionOptionsInit) => {
    subscribed = made;
    return Promise.resolve({ ...made, options });
  });
  const registration = { active: {}, installing: null, waiting: null, pushManager: { getSubscription: () => Promise.resolve(subscribed), subscribe } };
  vi.stubGlobal('PushManager', class {});
  vi.stubGlobal('Notification', {
    get permission() {
      return subscribed === null ? 'default' : 'granted';
    },
    requestPermission: asked,
  });
  const worker = { getRegistration: () => Promise.resolve(registration), register: () => Promise.resolve(registration) };
  Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: worker });
  return { asked, subscribe };
}

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'serviceWorker');
});

test('permission is asked from a press, and what the browser says of itself is sent', async () => {
  const { asked, subscribe } = browser('granted');
  const calls = serve({ 'GET /checkins/browsers': { key: KEY, browsers: [] }, 'POST /checkins/browsers': { id: 'b' } });
  show(AlertsPage, { path: '/alerts' });
  const press = await screen.findByRole('button', { name: 'Turn alerts on here' });
  expect(asked).not.toHaveBeenCalled();
  await userEvent.click(press);
  expect(await screen.findByRole('button', { name: 'Turn off here' })).toBeInTheDocument();
  expect(new Uint8Array(subscribe.mock.calls[0]?.[0].applicationServerKey as ArrayBuffer)).toEqual(new Uint8Array([4, 1, 2, 3]));
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ endpoint: 'https://push.example/one', p256dh: 'BPs', auth: 'AQ' });
});

test('a no is a no, and nothing is sent', async () => {
  const { subscribe } = browser('denied');
  const calls = serve({ 'GET /checkins/browsers': { key: KEY, browsers: [] } });
  show(AlertsPage, { path: '/alerts' });
  await userEvent.click(await screen.findByRole('button', { name: 'Turn alerts on here' }));
  expect(subscribe).not.toHaveBeenCalled();
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
});

test('where it is not set up, that is said', async () => {
  serve({ 'GET /checkins/browsers': { key: null, browsers: [] } });
  show(AlertsPage, { path: '/alerts' });
  expect(await screen.findByText(/not set up here/)).toBeInTheDocument();
});
