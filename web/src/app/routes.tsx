import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { NotFoundPage } from './not-found-page';
import type { PageEntry } from './pages';
import { patientPages } from './pages-patient';
import { staffPages } from './pages-staff';
import { ErrorPage } from './error-page';
import { framed, Shell } from './shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage, errorComponent: ErrorPage });

const route = (entry: PageEntry) =>
  createRoute({
    getParentRoute: () => root,
    path: entry.path,
    component: lazyRouteComponent(async () => ({ default: framed(entry, await entry.load()) })),
  });

export const router = createRouter({
  routeTree: root.addChildren([...staffPages, ...patientPages].map(route)),
  defaultPreload: false,
  scrollRestoration: false,
});
