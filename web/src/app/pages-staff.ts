// The doors everybody uses, and the clinic's pages.
import { EVERYONE, STAFF, type PageEntry } from './pages';

export const staffPages: readonly PageEntry[] = [
  { path: '/', roles: EVERYONE, load: async () => (await import('../features/home/home-page')).HomePage },
  { path: '/sign-in', roles: null, load: async () => (await import('../features/sign-in/sign-in-page')).SignInPage },
];
void STAFF;
