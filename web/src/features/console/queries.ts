// What the console asks, and how often: by event, and every 5 s whatever the socket says.
import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { POLL_MS, sessionKey } from '../../api/queries';
import { askWatch } from './watch-feed';
import type { CheckinForm, ChecklistItem, EmergencyCard, Gate, PresenceCode, RoomState, Session, Vitals } from '../../api/types';

/** A protocol's text does not change within a session. */
const FORM_LIFE_MS = 3_600_000;

export const watchKey = (s: string): string[] => sessionKey('checkins', s, 'watch');

export const useSessionState = (s: string) => useQuery({ queryKey: sessionKey('safety', s, 'session'), queryFn: ({ signal }) => get<Session>(`/safety/sessions/${s}`, signal), refetchInterval: POLL_MS });

// No repeats inside one question: in a hidden tab the query library holds a repeat until the tab is seen again,
// and every later poll waits behind it. The next poll is the repeat.
export const useWatch = (s: string) => useQuery({ queryKey: watchKey(s), queryFn: ({ signal }) => askWatch(s, signal), refetchInterval: POLL_MS, refetchIntervalInBackground: true, retry: false });

export const useVitals = (s: string) => useQuery({ queryKey: sessionKey('safety', s, 'vitals'), queryFn: ({ signal }) => get<Vitals[]>(`/safety/sessions/${s}/vitals`, signal), refetchInterval: POLL_MS });

export const useGate = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('safety', s, 'gate'), queryFn: ({ signal }) => get<Gate>(`/safety/sessions/${s}/gate`, signal), refetchInterval: POLL_MS, enabled });

export const useChecklist = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal), refetchInterval: POLL_MS, enabled });

export const useRoomState = (s: string) => useQuery({ queryKey: sessionKey('video', s, 'room'), queryFn: ({ signal }) => get<RoomState>(`/video/sessions/${s}/room`, signal), refetchInterval: POLL_MS });

/** The page must hold the card before it is needed: until it came, it is asked for with every poll; then once a minute. */
const CARD_LIFE_MS = 60_000;
export const useCard = (s: string) =>
  useQuery({
    queryKey: sessionKey('safety', s, 'card'),
    queryFn: ({ signal }) => get<EmergencyCard>(`/safety/sessions/${s}/emergency-card`, signal),
    staleTime: POLL_MS,
    refetchInterval: ({ state }) => (state.data === undefined ? POLL_MS : CARD_LIFE_MS),
  });

export const usePresenceCode = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('identity', s, 'code'), queryFn: ({ signal }) => get<PresenceCode>(`/identity/sessions/${s}/presence-code`, signal), refetchInterval: 30_000, enabled });

export const useForm = () => useQuery({ queryKey: ['checkins', 'all', 'form'], queryFn: ({ signal }) => get<CheckinForm>('/checkins/form', signal), staleTime: FORM_LIFE_MS });
