// Names of answers: [service, session or "all", name, …]. An event of a service makes that service's answers old.
import type { QueryClient } from '@tanstack/react-query';
import type { Changed } from './live';

export type Service = 'identity' | 'scheduling' | 'safety' | 'checkins' | 'care' | 'video' | 'notify';

/** Whose answers an event of a service makes old: those who listen to it, too. */
const FEEDS: Record<Service, readonly Service[]> = {
  identity: ['identity', 'safety'],
  scheduling: ['scheduling', 'safety'],
  safety: ['safety', 'checkins', 'care'],
  checkins: ['checkins', 'safety'],
  care: ['care', 'safety'],
  video: ['video'],
  notify: ['notify'],
};

/** Screens that hold a life ask again every 5 s, whatever the socket says (decisions.md, "Alarm path"). */
export const POLL_MS = 5_000;

export const sessionKey = (service: Service, session: string, ...name: string[]): string[] => [service, session, ...name];
export const clinicKey = (service: Service, ...name: string[]): string[] => [service, 'all', ...name];

const isService = (word: string | undefined): word is Service => word !== undefined && word in FEEDS;

/** Ask again for whatever an event made old. */
export function refresh(client: QueryClient, event: Changed): void {
  const service = event.what.split('.')[0];
  if (!isService(service)) {
    void client.invalidateQueries();
    return;
  }
  const old = FEEDS[service];
  void client.invalidateQueries({
    predicate: ({ queryKey: [owner, session] }) =>
      old.some((name) => name === owner) && (event.session === null || session === 'all' || session === event.session),
  });
}
