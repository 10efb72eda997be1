// The second contact of a session: whom to call when nobody in the home can be reached.
import { useQuery } from '@tanstack/react-query';
import { get } from './client';
import { sessionKey } from './queries';
import type { Id, SecondContact } from './types';

/** An event says when it changed; this is for a page whose socket is silent. */
const AGAIN_MS = 30_000;

export const useSecondContact = (session: Id, enabled = true) =>
  useQuery({ queryKey: sessionKey('identity', session, 'second-contact'), queryFn: ({ signal }) => get<SecondContact>(`/identity/sessions/${session}/second-contact`, signal), refetchInterval: AGAIN_MS, enabled });

/** How each standing is coloured. Asked and not answered is not known. */
export const STANDING_TONE = { none: 'soon', asked: 'unknown', confirmed: 'ok', declined: 'late', sits: 'ok' } as const satisfies Record<SecondContact['standing'], string>;
