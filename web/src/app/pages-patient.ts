// The patient's pages.
import type { PageEntry } from './pages';

export const patientPages: readonly PageEntry[] = [];
