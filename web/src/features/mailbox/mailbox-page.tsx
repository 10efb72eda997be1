import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { asProblem } from '../../api/problems';
import { clinicKey, POLL_MS } from '../../api/queries';
import type { MailboxItem } from '../../api/types';
import { useNow } from '../../api/use-now';
import { age } from '../../lib/format';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { mailboxWords as words } from '../../words/en/mailbox';
import { shellWords } from '../../words/en/shell';
import styles from './mailbox.module.css';

interface Bundle {
  key: string;
  incident: boolean;
  mails: MailboxItem[];
}

/** Mails of one incident are one entry; the newest entry comes first. */
export function bundles(items: readonly MailboxItem[]): Bundle[] {
  const newest = [...items].sort((a, b) => b.sent_at - a.sent_at);
  const found = new Map<string, Bundle>();
  for (const mail of newest) {
    const key = mail.incident ?? mail.id;
    const bundle = found.get(key) ?? { key, incident: mail.incident !== null, mails: [] };
    bundle.mails.push(mail);
    found.set(key, bundle);
  }
  return [...found.values()];
}

export function MailboxPage() {
  const { data, error } = useQuery({ queryKey: clinicKey('notify', 'mailbox'), queryFn: ({ signal }) => get<MailboxItem[]>('/notify/mailbox', signal), refetchInterval: POLL_MS });
  const problem = error === null ? null : asProblem(error);
  return (
    <Page title={words.title} lead={words.lead}>
      {problem === null ? null : problem.status === 404 ? <Empty>{words.none}</Empty> : <ProblemNotice problem={problem} />}
      {data === undefined && problem === null ? <Loading>{words.loading}</Loading> : null}
      {data?.length === 0 ? <Empty>{words.empty}</Empty> : null}
      <ul className={styles.list}>
        {bundles(data ?? []).map(({ key, incident, mails }) => (
          <li key={key}>
            {incident ? (
              <details className={styles.bundle} open>
                <summary>{words.incident(mails.length)}</summary>
                {mails.map((mail) => (
                  <Mail key={mail.id} mail={mail} />
                ))}
              </details>
            ) : (
              mails.map((mail) => <Mail key={mail.id} mail={mail} />)
            )}
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Mail({ mail }: { mail: MailboxItem }) {
  const now = useNow();
  return (
    <article className={styles.mail}>
      <header>
        <h2>{mail.subject}</h2>
        <p className={styles.meta}>
          {words.to(mail.to_name ?? words.someone, mail.to_role === null ? words.no_role : shellWords.roles[mail.to_role])} · {age(now, mail.sent_at)}
        </p>
      </header>
      <p className={styles.text}>{mail.text}</p>
      {mail.links.map((link) => (
        <a key={link} href={link} className={styles.link} target="_blank" rel="noreferrer">
          {words.open}
        </a>
      ))}
    </article>
  );
}
