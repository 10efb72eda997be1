// The store in reach of every part, and the hooks that read it.
import { createContext, useContext, useState, useSyncExternalStore } from 'react';
import { asProblem } from '../api/problems';
import { sitterWords as w } from '../words/en/sitter';
import { nameOf, type Store, type World } from './store';

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('The sitter page is drawn outside its store.');
  return store;
}

export function useWorld(): World {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => store.world);
}

/** Who and where, in words that always exist. */
export function useSession(): { id: string; patient: string; therapist: string; zone: string | undefined; phone: string | null } {
  const world = useWorld();
  return {
    id: world.session?.session ?? world.me?.session ?? '',
    patient: world.card?.first_name ?? nameOf(world, 'patient') ?? w.someone,
    therapist: nameOf(world, 'therapist') ?? w.therapist,
    zone: world.me?.time_zone,
    phone: world.card?.clinic_phone ?? world.me?.clinic_phone ?? null,
  };
}

/** One command at a time: pressed, working, or the sentence that says why not. */
export function usePress(): { busy: boolean; trouble: string | null; press: (work: () => Promise<unknown>) => void } {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const press = (work: () => Promise<unknown>): void => {
    if (busy) return;
    setBusy(true);
    setTrouble(null);
    work()
      .catch((thrown: unknown) => setTrouble(asProblem(thrown).message))
      .finally(() => setBusy(false));
  };
  return { busy, trouble, press };
}
