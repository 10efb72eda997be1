import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import type { Watch } from '../../api/types';
import { age, list } from '../../lib/format';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { channelWords } from './incident-words';
import { byRound, pagerLine } from './pager-line';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.pager;

/** Nobody begins without a person outside who has answered this very session's page. */
export function OnCall() {
  const { id, session, watch, names } = useScene();
  const page = useCommand<Record<string, never>>('checkins', () => `/sessions/${id}/on-call/page`, id);
  if (watch === undefined) return null;
  const { pager } = watch;
  const answered = watch.on_call_confirmed_at !== null;
  const stale = pager?.contacts.filter(({ current }) => !current) ?? [];
  const ask = answered ? words.ask_others : words.ask(names.name(pager?.contacts[0]?.person ?? session.people.on_call));
  return (
    <section className={styles.test} aria-label={words.heading}>
      {pager === null ? null : <Story pager={pager} />}
      {stale.length === 0 ? null : <p className={styles.meta}>{words.stale(list(stale.map(({ person }) => names.name(person))))}</p>}
      {answered && stale.length === 0 ? null : (
        <div>
          <Button look="quiet" busy={page.isPending} onClick={() => page.mutate({})}>
            {ask}
          </Button>
        </div>
      )}
      <ProblemNotice problem={page.error} />
    </section>
  );
}

/** How it stands in a sentence; then each page: to whom, by what, when, and how far it is known to have come. */
function Story({ pager }: { pager: NonNullable<Watch['pager']> }) {
  const { names } = useScene();
  const now = useNow();
  const states = consoleWords.incident.sent_states;
  return (
    <>
      <p className={styles.meta} role="status">
        {pagerLine(pager, names)}
      </p>
      {pager.pages.length === 0 ? null : (
        <ul className={styles.items} aria-label={words.pages}>
          {byRound(pager.pages).map(({ round, person, sent, paged_at }) => (
            <li key={`${round}${person}`} className={styles.meta}>
              {words.page(names.name(person), list(sent.map(({ channel, state }) => words.sent(channelWords(channel), states[state] ?? state))), age(now, paged_at))}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
