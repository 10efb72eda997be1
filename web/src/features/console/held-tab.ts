// The tab must hold (reliability.md §2.8): the screen stays on while a session is live, and leaving while somebody is dosed asks first.
import { useEffect } from 'react';
import { keepAwake } from '../../lib/media/devices';
import { isLive, isUnderWatch, type Scene } from './scene';

export function useHeldTab(scene: Scene): void {
  const dosed = isUnderWatch(scene);
  const is_live = isLive(scene);
  useEffect(() => {
    if (!dosed) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dosed]);
  useEffect(() => {
    if (!is_live) return;
    let held = Promise.resolve<() => void>(() => undefined);
    // A hidden tab loses its lock: each return takes a new one.
    const take = (): void => {
      if (document.visibilityState !== 'visible') return;
      const before = held;
      held = before.then((sleep) => {
        sleep();
        return keepAwake();
      });
    };
    document.addEventListener('visibilitychange', take);
    take();
    return () => {
      document.removeEventListener('visibilitychange', take);
      void held.then((sleep) => sleep());
    };
  }, [is_live]);
}
