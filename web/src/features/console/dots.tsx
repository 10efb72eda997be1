import { useLiveStatus } from '../../api/use-live';
import type { View } from '../../lib/watchkeeper';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { watchkeeperWords as words } from '../../words/en/watchkeeper';
import { useKeeper } from './keeper';

/** Who this page hears: the server, and the one who watches the server. */
export function Dots() {
  const { view } = useKeeper();
  return (
    <>
      <ServerDot server={view.server} />
      <WatchdogDot view={view} />
    </>
  );
}

const SERVER: Record<View['server'], Tone> = { fresh: 'ok', late: 'late', lost: 'alarm' };

function ServerDot({ server }: { server: View['server'] }) {
  const status = useLiveStatus();
  // The watch answers when asked, but nothing is pushed: slower by up to five seconds.
  if (server === 'fresh' && status !== 'open')
    return (
      <StateBadge tone="soon" quiet>
        {words.server.polling}
      </StateBadge>
    );
  return (
    <StateBadge tone={SERVER[server]} quiet={server === 'fresh'}>
      {words.server[server]}
    </StateBadge>
  );
}

function WatchdogDot({ view }: { view: View }) {
  const { tone, word } = watchdogSays(view);
  return (
    <StateBadge tone={tone} quiet={tone === 'ok'}>
      {word}
    </StateBadge>
  );
}

/** Red is the server's: a lost watchdog alone is amber, because the watch goes on. */
export function watchdogSays({ watchdog, watchdog_word: said }: Pick<View, 'watchdog' | 'watchdog_word'>): { tone: Tone; word: string } {
  switch (watchdog) {
    case 'not_set_up':
      return { tone: 'unknown', word: words.watchdog.not_set_up };
    case 'late':
      return { tone: 'soon', word: words.watchdog.late };
    case 'lost':
      return { tone: 'late', word: words.watchdog.lost };
    case 'fresh':
      break;
  }
  switch (said) {
    case 'ok':
      return { tone: 'ok', word: words.watchdog.fresh };
    case 'silent':
      return { tone: 'late', word: words.watchdog.silent };
    case 'audit_failing':
      return { tone: 'late', word: words.watchdog.audit_failing };
    case 'path_broken':
      return { tone: 'late', word: words.watchdog.path_broken };
    case 'starting':
      return { tone: 'unknown', word: words.watchdog.starting };
    case 'unknown':
      return { tone: 'unknown', word: words.watchdog.waiting };
  }
}
