import { NativeSelect } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { get } from '../../api/client';
import { useSessionNames } from '../../api/people';
import { sessionKey, type Service } from '../../api/queries';
import type { TrailEntry } from '../../api/types';
import { list } from '../../lib/format';
import { toDate } from '../../lib/time';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { StateBadge } from '../../ui/state-badge';
import { shellWords } from '../../words/en/shell';
import { trailWords as words } from '../../words/en/trail';
import { actionWords, isTheHouse, merge } from './merge';
import styles from './trail.module.css';

const SERVICES: readonly Service[] = ['identity', 'scheduling', 'safety', 'checkins', 'care', 'video', 'notify'];

// Milliseconds matter when latencies are read off the trail.
const precise = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

const roles: Record<string, string> = shellWords.roles;

export function TrailPage() {
  const { session } = useParams({ strict: false }) as { session: string };
  const { name } = useSessionNames(session, words.someone);
  const [only, setOnly] = useState('');
  const answers = useQueries({ queries: SERVICES.map((service) => ({ queryKey: sessionKey(service, session, 'trail'), queryFn: ({ signal }: { signal: AbortSignal }) => get<TrailEntry[]>(`/${service}/sessions/${session}/trail`, signal) })) });
  const silent = SERVICES.filter((_, at) => answers[at]?.isError === true).map((service) => words.services[service] ?? service);
  const entries = merge(answers.map(({ data }) => data ?? [])).filter(({ service }) => only === '' || service === only);
  const pending = answers.some(({ isPending }) => isPending);
  return (
    <Page title={words.title} lead={words.lead}>
      <NativeSelect label={words.filter} value={only} onChange={(event) => setOnly(event.currentTarget.value)} data={[{ value: '', label: words.all }, ...SERVICES.map((value) => ({ value, label: words.services[value] ?? value }))]} />
      {silent.length === 0 ? null : <StateBadge tone="unknown">{words.missing(list(silent))}</StateBadge>}
      {entries.length > 0 ? <p className={styles.muted}>{words.count(entries.length)}</p> : pending ? <Loading>{words.loading}</Loading> : <Empty>{words.empty}</Empty>}
      <ol className={styles.trail}>
        {entries.map((entry) => (
          <li key={`${entry.service}${entry.sequence}`} className={styles.entry}>
            <time className={styles.time} dateTime={toDate(entry.at).toISOString()}>
              {precise.format(toDate(entry.at))}
            </time>
            <span className={styles.service}>{words.services[entry.service] ?? entry.service}</span>
            <span className={styles.action}>
              {actionWords(entry.action)}
              <span className={styles.muted}> {words.by(isTheHouse(entry) ? words.system : name(entry.actor, roles[entry.role] ?? words.someone))}</span>
            </span>
          </li>
        ))}
      </ol>
    </Page>
  );
}
