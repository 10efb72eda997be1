import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { asProblem } from '../api/problems';
import { ThemeProvider, useSurface } from '../ui/surface';
import { theme } from '../ui/theme';

/** A no is a no: only what never arrived, or a server out of breath, is asked again. */
const worthAsking = (count: number, thrown: unknown): boolean => {
  const { status } = asProblem(thrown);
  return count < 2 && (status === 0 || status >= 500);
};

export const newQueryClient = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { retry: worthAsking, staleTime: 1_000, networkMode: 'always', refetchOnWindowFocus: true }, mutations: { networkMode: 'always' } } });

function Kit({ children }: { children: ReactNode }) {
  const { surface } = useSurface();
  // Variables and classes come from files (tokens.css, the kit's own css): the policy allows no injected styles.
  return (
    <MantineProvider theme={theme} forceColorScheme={surface === 'day' ? 'light' : 'dark'} withCssVariables={false} withGlobalClasses={false} deduplicateCssVariables={false}>
      {children}
    </MantineProvider>
  );
}

export function Providers({ children, client }: { children: ReactNode; client?: QueryClient }) {
  const [own] = useState(() => client ?? newQueryClient());
  return (
    <QueryClientProvider client={own}>
      <ThemeProvider>
        <Kit>{children}</Kit>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
