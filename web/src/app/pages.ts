// The map: path pattern, who may open it, and the file that draws it. Loaded when first opened.
import type { ComponentType } from 'react';
import type { Role } from '../api/types';

export interface PageEntry {
  path: string;
  /** Null: no sign-in needed. */
  roles: readonly Role[] | null;
  /** Whole screen, without the bar on top: sessions. */
  bare?: boolean;
  load: () => Promise<ComponentType>;
}

export const EVERYONE: readonly Role[] = ['patient', 'sitter', 'therapist', 'prescriber', 'coordinator', 'admin', 'auditor'];
export const STAFF: readonly Role[] = ['therapist', 'prescriber', 'coordinator', 'admin'];
