import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { clinicKey, POLL_MS, sessionKey } from '../../api/queries';
import type { Availability, Booking, ChecklistItem, Id, OnCallDuty } from '../../api/types';

export const useAvailability = () => useQuery({ queryKey: clinicKey('scheduling', 'availability'), queryFn: ({ signal }) => get<Availability>('/scheduling/availability', signal) });

export const useOnCall = () => useQuery({ queryKey: clinicKey('scheduling', 'on-call'), queryFn: ({ signal }) => get<OnCallDuty[]>('/scheduling/on-call', signal) });

/** Events of a session reach its own people only; the clinic's desk asks. */
export const useBookings = () => useQuery({ queryKey: clinicKey('scheduling', 'bookings'), queryFn: ({ signal }) => get<Booking[]>('/scheduling/bookings', signal), refetchInterval: POLL_MS });

export const useChecklist = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal) });
