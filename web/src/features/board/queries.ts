import { useQueries, useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { clinicKey, POLL_MS, sessionKey } from '../../api/queries';
import type { BoardRow, Id, Incident, Watch } from '../../api/types';

export const useBoard = () => useQuery({ queryKey: clinicKey('safety', 'board'), queryFn: ({ signal }) => get<BoardRow[]>('/safety/sessions', signal), refetchInterval: POLL_MS });

export const useIncidents = () => useQuery({ queryKey: clinicKey('checkins', 'incidents'), queryFn: ({ signal }) => get<Incident[]>('/checkins/incidents?open=true', signal), refetchInterval: POLL_MS, refetchIntervalInBackground: true });

/** The rings: one watch for each session under way. */
export function useWatches(sessions: readonly Id[]): Map<Id, Watch> {
  const answers = useQueries({ queries: sessions.map((s) => ({ queryKey: sessionKey('checkins', s, 'watch'), queryFn: ({ signal }: { signal: AbortSignal }) => get<Watch>(`/checkins/sessions/${s}/watch`, signal), refetchInterval: POLL_MS })) });
  return new Map(answers.flatMap(({ data }) => (data === undefined ? [] : [[data.session, data] as const])));
}
