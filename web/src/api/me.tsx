// Who is signed in. Pages under `SignedInOnly` may call `useMe` without asking whether there is anybody.
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, type ReactNode } from 'react';
import { get } from './client';
import { clinicKey } from './queries';
import type { Me } from './types';

const Standing = createContext<Me | null>(null);

export const meKey = clinicKey('identity', 'me');

export const useMeQuery = (enabled = true) => useQuery({ queryKey: meKey, queryFn: ({ signal }) => get<Me>('/identity/me', signal), enabled, retry: false, staleTime: 30_000 });

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <Standing.Provider value={me}>{children}</Standing.Provider>;
}

export function useMe(): Me {
  const me = useContext(Standing);
  if (me === null) throw new Error('useMe needs a signed-in page around it');
  return me;
}
