import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get } from '../../api/client';
import { asProblem } from '../../api/problems';
import { clinicKey } from '../../api/queries';
import type { Browsers, Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { pushWords as words } from '../../words/en/push';
import styles from './alerts.module.css';
import { register, standing, unregister, type Registered } from './this-browser';

const STANDING = ['browser', 'standing'] as const;

export function AlertsPage() {
  const { data, error } = useQuery({ queryKey: clinicKey('checkins', 'browsers'), queryFn: ({ signal }) => get<Browsers>('/checkins/browsers', signal) });
  return (
    <Page title={words.title} lead={words.lead} width="reading">
      <ProblemNotice problem={error === null ? null : asProblem(error)} />
      {data === undefined ? error === null ? <Loading>{words.loading}</Loading> : null : null}
      {data === undefined ? null : data.key === null ? <p>{words.not_set_up}</p> : <ThisBrowser ownKey={data.key} />}
      {data === undefined ? null : <Told browsers={data.browsers} />}
    </Page>
  );
}

function ThisBrowser({ ownKey }: { ownKey: string }) {
  const client = useQueryClient();
  const { data: is } = useQuery({ queryKey: STANDING, queryFn: standing });
  const keep = useCommand<Registered, { id: Id }>('checkins', () => '/browsers');
  const looked = (): Promise<void> => client.invalidateQueries({ queryKey: STANDING });
  const on = useMutation({
    mutationFn: async () => {
      const made = await register(ownKey);
      if (made !== null) await keep.mutateAsync(made);
    },
    onSettled: looked,
  });
  const off = useMutation({ mutationFn: unregister, onSettled: looked });
  if (is === undefined) return <Loading>{words.loading}</Loading>;
  if (is === 'cannot' || is === 'blocked') return <p>{words[is]}</p>;
  return (
    <Card title={words[is]}>
      <StateBadge tone={is === 'on' ? 'ok' : 'unknown'}>{words[is]}</StateBadge>
      <p className={styles.muted}>{words.shown}</p>
      <ProblemNotice problem={keep.error} />
      {on.isError && keep.error === null ? <p role="alert">{words.failed}</p> : null}
      <div>
        {is === 'on' ? (
          <Button look="quiet" busy={off.isPending} onClick={() => off.mutate()}>
            {words.turn_off}
          </Button>
        ) : (
          <Button busy={on.isPending} onClick={() => on.mutate()}>
            {words.turn_on}
          </Button>
        )}
      </div>
    </Card>
  );
}

function Told({ browsers }: { browsers: Browsers['browsers'] }) {
  const forget = useCommand<{ id$: Id }>('checkins', ({ id$ }) => `/browsers/${id$}/removal`);
  return (
    <Card title={words.others}>
      {browsers.length === 0 ? <Empty>{words.none}</Empty> : null}
      <ul className={styles.list}>
        {browsers.map(({ id, service, since_at }) => (
          <li key={id} className={styles.row}>
            <span>{words.row(service, dayAndTime(since_at))}</span>
            <Button look="bare" busy={forget.isPending && forget.variables.id$ === id} aria-label={words.forget_which(words.row(service, dayAndTime(since_at)))} onClick={() => forget.mutate({ id$: id })}>
              {words.forget}
            </Button>
          </li>
        ))}
      </ul>
      <ProblemNotice problem={forget.error} />
    </Card>
  );
}
