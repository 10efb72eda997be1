// What is open beside the session is in the address: `?open=vitals`. Back closes it, a reload keeps it.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export const DRAWERS = ['card', 'vitals', 'look', 'dose', 'discharge', 'end', 'keys'] as const;
export type Drawer = (typeof DRAWERS)[number];

const isDrawer = (word: unknown): word is Drawer => DRAWERS.some((drawer) => drawer === word);

export function useDrawer(): { open: Drawer | null; show: (drawer: Drawer | null) => void } {
  const search = useSearch({ strict: false }) as { open?: unknown };
  const navigate = useNavigate();
  const open = isDrawer(search.open) ? search.open : null;
  const show = useCallback((drawer: Drawer | null) => void navigate({ to: '.', search: drawer === null ? {} : { open: drawer }, replace: drawer === null }), [navigate]);
  return { open, show };
}
