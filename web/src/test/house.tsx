// What page tests need: a server that answers by path, and a page in its frame.
import { render } from '@testing-library/react';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { vi } from 'vitest';
import { MeProvider } from '../api/me';
import type { Me } from '../api/types';
import { newQueryClient, Providers } from '../app/providers';

export interface Call {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

type Reply = (call: Call) => { status?: number; body?: unknown; problem?: boolean } | undefined;

/** Answers `/api…` from a table of "METHOD /path"; remembers every call. */
export function serve(table: Record<string, unknown | Reply>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) => {
    const call: Call = { method: init.method ?? 'GET', path: input.replace(/^\/api/, ''), body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined, headers: new Headers(init.headers) };
    calls.push(call);
    const entry = table[`${call.method} ${call.path}`] ?? (call.method === 'POST' ? {} : undefined);
    const { status = entry === undefined ? 404 : 200, body = {}, problem = status >= 400 } = (typeof entry === 'function' ? (entry as Reply)(call) : { body: entry }) ?? {};
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'content-type': problem ? 'application/problem+json' : 'application/json', 'x-holdspace-now': String(Date.now() * 1000) } }));
  });
  return calls;
}

export const lee: Me = { person: 'lee', role: 'therapist', first_name: 'Dr. Lee', clinic: 'c', clinic_name: 'Lantern House', clinic_phone: '+1 555 0100', time_zone: 'UTC', session: null, presence: true, demo: true, watchdog_url: null };

/** Shows one page at one address, signed in as `me`. */
export function show(Page: ComponentType, { path = '/', at = path, me = lee }: { path?: string; at?: string; me?: Me } = {}) {
  const root = createRootRoute({ component: Outlet });
  const others = ['/', '/sign-in', '/board', '/console/$session', '/trail/$session', '/prescriber/$session'].filter((other) => other !== path);
  const router = createRouter({
    routeTree: root.addChildren([createRoute({ getParentRoute: () => root, path, component: () => <Page /> }), ...others.map((other) => createRoute({ getParentRoute: () => root, path: other, component: () => <p>{other}</p> }))]),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { retry: false } });
  return render(
    <Providers client={client}>
      <MeProvider me={me}>
        <RouterProvider router={router} />
      </MeProvider>
    </Providers>,
  );
}
