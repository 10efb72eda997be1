import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { POLL_MS, sessionKey } from '../../api/queries';
import type { ChecklistItem, DoseOrder, EmergencyCard, Id, Session, Vitals, Watch } from '../../api/types';

export const useSessionState = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'session'), queryFn: ({ signal }) => get<Session>(`/safety/sessions/${s}`, signal), refetchInterval: POLL_MS });
export const useWatch = (s: Id) => useQuery({ queryKey: sessionKey('checkins', s, 'watch'), queryFn: ({ signal }) => get<Watch>(`/checkins/sessions/${s}/watch`, signal), refetchInterval: POLL_MS });
export const useVitals = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'vitals'), queryFn: ({ signal }) => get<Vitals[]>(`/safety/sessions/${s}/vitals`, signal), refetchInterval: POLL_MS });
export const useCard = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'card'), queryFn: ({ signal }) => get<EmergencyCard>(`/safety/sessions/${s}/emergency-card`, signal) });
export const useChecklist = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal), refetchInterval: POLL_MS });
export const useOrders = (s: Id, patient: Id) => useQuery({ queryKey: sessionKey('care', s, 'orders', patient), queryFn: ({ signal }) => get<DoseOrder[]>(`/care/patients/${patient}/dose-orders`, signal) });
