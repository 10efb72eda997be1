// The journal: a blank page with a quiet question. Private unless shared, page by page, and shared can be undone.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../../api/client';
import { useMe } from '../../api/me';
import { asProblem } from '../../api/problems';
import { clinicKey } from '../../api/queries';
import type { Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import type { Micros } from '../../lib/time';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import styles from './journal.module.css';

const words = patientWords.journal;

export interface JournalEntry {
  record: Id;
  text: string;
  shared: boolean;
  session: Id | null;
  written_at: Micros;
}

export function JournalPage() {
  const { data, error, refetch } = useQuery({ queryKey: clinicKey('care', 'journal'), queryFn: ({ signal }) => get<JournalEntry[]>('/care/journal', signal) });
  return (
    <Page title={words.title}>
      <BlankPage />
      {error === null ? null : <ProblemNotice problem={asProblem(error)} onAgain={() => void refetch()} />}
      {data === undefined && error === null ? <Loading>{patientWords.loading}</Loading> : null}
      {data?.length === 0 ? <Empty>{words.empty}</Empty> : null}
      {data === undefined || data.length === 0 ? null : (
        <section aria-label={words.earlier} className={styles.entries}>
          <h2>{words.earlier}</h2>
          {data.map((entry) => (
            <Entry key={entry.record} entry={entry} />
          ))}
        </section>
      )}
    </Page>
  );
}

/** Kept here while it is written, so that a lost page loses nothing. */
const DRAFT = 'holdspace.journal.draft';

function BlankPage() {
  const [text, setText] = useState(() => sessionStorage.getItem(DRAFT) ?? '');
  const keep = useCommand<{ text: string; shared: boolean; session: null }>('care', () => '/journal');
  const write = (next: string): void => {
    sessionStorage.setItem(DRAFT, next);
    setText(next);
    if (keep.isSuccess) keep.reset();
  };
  const press = (): void => keep.mutate({ text: text.trim(), shared: false, session: null }, { onSuccess: () => { sessionStorage.removeItem(DRAFT); setText(''); } });
  return (
    <section className={styles.blank}>
      <label htmlFor="page" className={styles.prompt}>
        {words.prompt}
      </label>
      <textarea id="page" className={styles.page} rows={10} maxLength={20_000} value={text} onChange={(event) => write(event.currentTarget.value)} />
      <ProblemNotice problem={keep.error} />
      <div className={styles.row}>
        <Button busy={keep.isPending} refused={text.trim() === '' ? words.nothing : undefined} onClick={press}>
          {words.keep}
        </Button>
        <span role="status" className={styles.muted}>
          {keep.isSuccess ? words.kept : words.private}
        </span>
      </div>
    </section>
  );
}

function Entry({ entry }: { entry: JournalEntry }) {
  const me = useMe();
  const share = useCommand<{ shared: boolean }>('care', () => `/journal/${entry.record}/sharing`);
  const therapist = patientWords.someone;
  return (
    <article className={styles.entry}>
      <p className={styles.muted}>{dayAndTime(entry.written_at, me.time_zone)}</p>
      <p className={styles.text}>{entry.text}</p>
      <div className={styles.row}>
        <StateBadge tone={entry.shared ? 'soon' : 'ok'}>{entry.shared ? words.shared(therapist) : words.private}</StateBadge>
        <Button look="bare" busy={share.isPending} onClick={() => share.mutate({ shared: !entry.shared })}>
          {entry.shared ? words.unshare : words.share(therapist)}
        </Button>
      </div>
      <ProblemNotice problem={share.error} />
    </article>
  );
}
