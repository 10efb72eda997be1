import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { get } from './client';
import { clinicKey, sessionKey } from './queries';
import type { Id, PersonName, Role, SessionPerson } from './types';

/** Names change rarely; a stranger joining a session is announced by an event. */
const NAMES_LIFE_MS = 60_000;

export interface SessionNames {
  name: (person: Id | null | undefined, otherwise?: string) => string;
  role: (role: Role) => string;
  people: SessionPerson[];
}

/** First names of a session's people. `otherwise` stands where nobody is known. */
export function useSessionNames(session: Id, otherwise: string): SessionNames {
  const { data: people = [] } = useQuery({ queryKey: sessionKey('identity', session, 'people'), queryFn: ({ signal }) => get<SessionPerson[]>(`/identity/sessions/${session}/people`, signal), staleTime: NAMES_LIFE_MS });
  const name = useCallback((person: Id | null | undefined, instead = otherwise) => people.find((known) => known.person === person)?.first_name ?? instead, [people, otherwise]);
  const role = useCallback((role: Role) => people.find((known) => known.role === role)?.first_name ?? otherwise, [people, otherwise]);
  return { name, role, people };
}

/** First names of the clinic's people. */
export function useClinicNames(enabled = true): { people: PersonName[]; name: (person: Id | null | undefined, otherwise: string) => string } {
  const { data: people = [] } = useQuery({ queryKey: clinicKey('identity', 'people'), queryFn: ({ signal }) => get<PersonName[]>('/identity/people', signal), staleTime: NAMES_LIFE_MS, enabled });
  const name = useCallback((person: Id | null | undefined, otherwise: string) => people.find((known) => known.person === person)?.first_name ?? otherwise, [people]);
  return { people, name };
}

/** The sitters a patient has named, without the one who sits: as people, and as what a field offers. */
export function useOtherSitters(sits: Id | null | undefined, pick: string): { others: PersonName[]; choices: { value: string; label: string }[] } {
  const { people } = useClinicNames();
  const others = people.filter(({ role, person }) => role === 'sitter' && person !== sits);
  return { others, choices: [{ value: '', label: pick }, ...others.map(({ person, first_name }) => ({ value: person, label: first_name }))] };
}
