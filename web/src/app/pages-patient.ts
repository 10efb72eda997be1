// The patient's pages.
import type { PageEntry } from './pages';

const PATIENT = ['patient'] as const;

export const patientPages: readonly PageEntry[] = [
  { path: '/account', roles: null, load: async () => (await import('../features/account/account-page')).AccountPage },
  { path: '/book', roles: PATIENT, load: async () => (await import('../features/booking/booking-page')).BookingPage },
  { path: '/prepare/$session', roles: PATIENT, load: async () => (await import('../features/prepare/prepare-page')).PreparePage },
  { path: '/room/$session', roles: PATIENT, bare: true, load: async () => (await import('../features/patient-room/room-page')).RoomPage },
  { path: '/aftercare/$session', roles: PATIENT, load: async () => (await import('../features/aftercare/aftercare-page')).AftercarePage },
  { path: '/morning/$session', roles: PATIENT, load: async () => (await import('../features/morning/morning-page')).MorningPage },
  { path: '/journal', roles: PATIENT, load: async () => (await import('../features/journal/journal-page')).JournalPage },
];
