// What more than one of the patient's pages asks.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { get } from './client';
import { POLL_MS, sessionKey } from './queries';
import type { Aftercare, ChecklistItem, Consent, Id, Session } from './types';

/** The session named in the address. */
export function useSessionId(): Id {
  const { session } = useParams({ strict: false }) as { session?: Id };
  return session ?? '';
}

export const useSession = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'session'), queryFn: ({ signal }) => get<Session>(`/safety/sessions/${s}`, signal), refetchInterval: POLL_MS });

export const useChecklist = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal), refetchInterval: POLL_MS });

export const useConsents = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'consents'), queryFn: ({ signal }) => get<Consent[]>(`/safety/consents?session=${s}`, signal) });

export const useAftercare = (s: Id) => useQuery({ queryKey: sessionKey('care', s, 'aftercare'), queryFn: ({ signal }) => get<Aftercare>(`/care/sessions/${s}/aftercare`, signal), refetchInterval: 30_000 });
