import { createContext, useContext, type ReactNode } from 'react';
import { useMe } from '../../api/me';
import { useScene, isWatched } from './scene';
import { useHeldTab } from './held-tab';
import { useWatchkeeper, type Keeper } from './use-watchkeeper';

export const KeeperContext = createContext<Keeper | null>(null);

export function useKeeper(): Keeper {
  const keeper = useContext(KeeperContext);
  if (keeper === null) throw new Error('useKeeper needs the watchkeeper around it');
  return keeper;
}

/** One watchkeeper for the whole console: dots, band and sound read from it. */
export function Watchkeeper({ children }: { children: ReactNode }) {
  const scene = useScene();
  const { watchdog_url } = useMe();
  useHeldTab(scene);
  const keeper = useWatchkeeper(scene.id, isWatched(scene), watchdog_url ?? null);
  return <KeeperContext.Provider value={keeper}>{children}</KeeperContext.Provider>;
}
