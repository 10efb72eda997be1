import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { clinicKey, POLL_MS, sessionKey } from '../../api/queries';
import type { Availability, Booking, ChecklistItem, Id, Roster } from '../../api/types';
import type { Micros } from '../../lib/time';

/** A roster changes by the hour and not by the second. */
const ROSTER_POLLS = 6;

export const useAvailability = () => useQuery({ queryKey: clinicKey('scheduling', 'availability'), queryFn: ({ signal }) => get<Availability>('/scheduling/availability', signal) });

/** Somebody else may take a night over while the page is open. */
export const useRoster = (from_at: Micros, until_at: Micros) =>
  useQuery({
    queryKey: clinicKey('scheduling', `roster ${from_at} ${until_at}`),
    queryFn: ({ signal }) => get<Roster>(`/scheduling/on-call/calendar?from_at=${from_at}&until_at=${until_at}`, signal),
    refetchInterval: POLL_MS * ROSTER_POLLS,
    placeholderData: (kept) => kept,
  });

/** Events of a session reach its own people only; the clinic's desk asks. */
export const useBookings = () => useQuery({ queryKey: clinicKey('scheduling', 'bookings'), queryFn: ({ signal }) => get<Booking[]>('/scheduling/bookings', signal), refetchInterval: POLL_MS });

export const useChecklist = (s: Id) => useQuery({ queryKey: sessionKey('safety', s, 'checklist'), queryFn: ({ signal }) => get<ChecklistItem[]>(`/safety/sessions/${s}/checklist`, signal) });
