// A message of the computer itself, for a page that is hidden when it must be seen. Only where it exists and was allowed.

/** `none`: this browser has no such messages. */
export type NoticeLeave = 'none' | 'ask' | 'given' | 'refused';

export function noticeLeave(): NoticeLeave {
  if (typeof Notification === 'undefined') return 'none';
  if (Notification.permission === 'default') return 'ask';
  return Notification.permission === 'granted' ? 'given' : 'refused';
}

/** In a press. */
export async function askLeave(): Promise<NoticeLeave> {
  if (noticeLeave() === 'ask') await Notification.requestPermission().catch(() => undefined);
  return noticeLeave();
}

/** Shows one, in the place of the one before it. Answers how to take it away. */
export function notice(title: string, body: string): () => void {
  if (noticeLeave() !== 'given') return () => undefined;
  try {
    const shown = new Notification(title, { body, tag: 'holdspace-watch', requireInteraction: true });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  } catch {
    // Phones have the word but not the thing: there, a page may not show one by itself.
    return () => undefined;
  }
}
