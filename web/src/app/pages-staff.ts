// The doors everybody uses, and the clinic's pages.
import { EVERYONE, STAFF, type PageEntry } from './pages';

export const staffPages: readonly PageEntry[] = [
  { path: '/', roles: EVERYONE, load: async () => (await import('../features/home/home-page')).HomePage },
  { path: '/sign-in', roles: null, load: async () => (await import('../features/sign-in/sign-in-page')).SignInPage },
  { path: '/link', roles: null, load: async () => (await import('../features/link/link-page')).LinkPage },
  { path: '/ack', roles: null, load: async () => (await import('../features/acknowledge/press-page')).AcknowledgePage },
  { path: '/oncall', roles: null, load: async () => (await import('../features/acknowledge/press-page')).OnCallPage },
  { path: '/second-contact', roles: null, load: async () => (await import('../features/second-contact/answer-page')).AnswerPage },
  { path: '/console/$session', roles: ['therapist'], bare: true, load: async () => (await import('../features/console/console-page')).ConsolePage },
  { path: '/board', roles: STAFF, load: async () => (await import('../features/board/board-page')).BoardPage },
  { path: '/ladder', roles: STAFF, load: async () => (await import('../features/ladder/ladder-page')).LadderPage },
  { path: '/alerts', roles: STAFF, load: async () => (await import('../features/alerts/alerts-page')).AlertsPage },
  { path: '/clinic', roles: STAFF, load: async () => (await import('../features/clinic/clinic-page')).ClinicPage },
  { path: '/numbers', roles: [...STAFF, 'auditor'], load: async () => (await import('../features/safety-numbers/safety-numbers-page')).SafetyNumbersPage },
  { path: '/prescriber/$session', roles: ['prescriber'], load: async () => (await import('../features/prescriber/prescriber-page')).PrescriberPage },
  { path: '/mailbox', roles: STAFF, load: async () => (await import('../features/mailbox/mailbox-page')).MailboxPage },
  { path: '/rehearse/$session', roles: ['therapist', 'coordinator'], load: async () => (await import('../features/rehearse/rehearse-page')).RehearsePage },
  { path: '/trail/$session', roles: [...STAFF, 'auditor'], load: async () => (await import('../features/trail/trail-page')).TrailPage },
];
