// What the console asks, and how often: by event, and every 5 s whatever the socket says.
import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { POLL_MS, sessionKey } from '../../api/queries';
import type { CheckinForm, ChecklistItem, EmergencyCard, Gate, PresenceCode, RoomState, Session, Vitals, Watch } from '../../api/types';

/** A protocol's text does not change within a session. */
const FORM_LIFE_MS = 3_600_000;

export const useSessionState = (s: string) => useQuery({ queryKey: sessionKey('safety', s, 'session'), queryFn: ({ signal }) => get<Session>(`/safety/sessions/${s}`, signal), refetchInterval: POLL_MS });

export const useWatch = (s: string) => useQuery({ queryKey: sessionKey('checkins', s, 'watch'), queryFn: ({ signal }) => get<Watch>(`/checkins/sessions/${s}/watch`, signal), refetchInterval: POLL_MS, refetchIntervalInBackground: true });

export const useVitals = (s: string) => useQuery({ queryKey: sessionKey('safety', s, 'vitals'), queryFn: ({ signal }) => get<Vitals[]>(`/safety/sessions/${s}/vitals`, signal), refetchInterval: POLL_MS });

export const useGate = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('safety', s, 'gate'), queryFn: ({ signal }) => get<Gate>(`/safety/sessions/${s}/gate`, signal), refetchInterval: POLL_MS, enabled });

export const useChecklist = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal), refetchInterval: POLL_MS, enabled });

export const useRoomState = (s: string) => useQuery({ queryKey: sessionKey('video', s, 'room'), queryFn: ({ signal }) => get<RoomState>(`/video/sessions/${s}/room`, signal), refetchInterval: POLL_MS });

export const useCard = (s: string) => useQuery({ queryKey: sessionKey('safety', s, 'card'), queryFn: ({ signal }) => get<EmergencyCard>(`/safety/sessions/${s}/emergency-card`, signal), staleTime: POLL_MS });

export const usePresenceCode = (s: string, enabled: boolean) => useQuery({ queryKey: sessionKey('identity', s, 'code'), queryFn: ({ signal }) => get<PresenceCode>(`/identity/sessions/${s}/presence-code`, signal), refetchInterval: 30_000, enabled });

export const useForm = () => useQuery({ queryKey: ['checkins', 'all', 'form'], queryFn: ({ signal }) => get<CheckinForm>('/checkins/form', signal), staleTime: FORM_LIFE_MS });
