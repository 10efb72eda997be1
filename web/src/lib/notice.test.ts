import { afterEach, expect, it, vi } from 'vitest';
import { askLeave, notice, noticeLeave } from './notice';

afterEach(() => vi.unstubAllGlobals());

function browser(permission: NotificationPermission, answer: NotificationPermission = permission) {
  const shown: { title: string; body: string | undefined }[] = [];
  class FakeNotification {
    static permission = permission;
    static requestPermission = () => {
      FakeNotification.permission = answer;
      return Promise.resolve(answer);
    };
    constructor(title: string, { body }: NotificationOptions) {
      shown.push({ title, body });
    }
    close() {}
  }
  vi.stubGlobal('Notification', FakeNotification);
  return shown;
}

it('asks nothing and shows nothing where there are no such messages', async () => {
  vi.stubGlobal('Notification', undefined);
  expect(await askLeave()).toBe('none');
  expect(() => notice('Monitoring lost', '')()).not.toThrow();
});

it('shows a message only once it was allowed', async () => {
  const shown = browser('default', 'granted');
  notice('Monitoring lost', 'Open the page.');
  expect(shown).toEqual([]);
  expect(await askLeave()).toBe('given');
  notice('Monitoring lost', 'Open the page.');
  expect(shown).toEqual([{ title: 'Monitoring lost', body: 'Open the page.' }]);
});

it('takes a no for a no', async () => {
  const shown = browser('denied');
  expect(noticeLeave()).toBe('refused');
  expect(await askLeave()).toBe('refused');
  notice('Monitoring lost', '');
  expect(shown).toEqual([]);
});

it('lives with a phone that has the word but not the thing', () => {
  browser('granted');
  vi.stubGlobal('Notification', Object.assign(() => { throw new TypeError('Illegal constructor'); }, { permission: 'granted' }));
  expect(() => notice('Monitoring lost', '')).not.toThrow();
});
