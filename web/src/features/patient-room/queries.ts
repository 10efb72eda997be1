// What the patient's room asks: the watch for "has seen this", the code the sitter needs.
import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { POLL_MS, sessionKey } from '../../api/queries';
import type { Id, PresenceCode, Watch } from '../../api/types';

/** While a call for support is unseen the page asks every second: its answer is what the person waits for. */
const ASKING_MS = 1_000;

export const useWatch = (session: Id, asking: boolean) =>
  useQuery({ queryKey: sessionKey('checkins', session, 'watch'), queryFn: ({ signal }) => get<Watch>(`/checkins/sessions/${session}/watch`, signal), refetchInterval: asking ? ASKING_MS : POLL_MS, refetchIntervalInBackground: true });

export const usePresenceCode = (session: Id) =>
  useQuery({ queryKey: sessionKey('identity', session, 'code'), queryFn: ({ signal }) => get<PresenceCode>(`/identity/sessions/${session}/presence-code`, signal), refetchInterval: 30_000, retry: false });
