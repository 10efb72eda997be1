import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import type { LadderVersion, LadderView, Role } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { ladderWords as words } from '../../words/en/ladder';
import { shellWords } from '../../words/en/shell';
import { LadderForm } from './ladder-form';
import styles from './ladder.module.css';
import { useLadder } from './queries';
import { Steps } from './steps';

/** Two of them agree; one is a prescriber. The others read. */
const MAY_CHANGE: readonly Role[] = ['prescriber', 'admin'];

export function LadderPage() {
  const { data, error } = useLadder();
  const { role } = useMe();
  return (
    <Page title={words.title} lead={words.lead} width="working">
      <ProblemNotice problem={error === null ? null : asProblem(error)} />
      {data === undefined ? error === null ? <Loading>{words.loading}</Loading> : null : null}
      {data === undefined ? null : (
        <div className={styles.grid}>
          <div className={styles.stack}>
            <InUse view={data} />
            <Missing missing={data.missing} />
          </div>
          <div className={styles.stack}>
            {data.proposed === null ? null : <Proposed proposed={data.proposed} />}
            <Card title={words.change}>
              <p className={styles.muted}>{words.change_lead}</p>
              {MAY_CHANGE.includes(role) ? <LadderForm inUse={data.published?.ladder ?? data.shipped} bounds={data.bounds} /> : <p>{words.may_not}</p>}
            </Card>
          </div>
        </div>
      )}
    </Page>
  );
}

function InUse({ view: { published, shipped } }: { view: LadderView }) {
  const { name } = useClinicNames();
  const who = (person: string | null): string => name(person, words.someone);
  return (
    <Card title={words.in_use}>
      <p className={styles.muted}>{published === null ? words.shipped : words.version(published.version, who(published.proposed_by), who(published.published_by), dayAndTime(published.published_at ?? published.proposed_at))}</p>
      <Steps ladder={published?.ladder ?? shipped} />
    </Card>
  );
}

function Missing({ missing }: { missing: string[] }) {
  return (
    <Card title={words.missing}>
      {missing.length === 0 ? <StateBadge tone="ok">{words.all_there}</StateBadge> : <p className={styles.muted}>{words.missing_means}</p>}
      <ul className={styles.list}>
        {missing.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </Card>
  );
}

function Proposed({ proposed }: { proposed: LadderVersion }) {
  const me = useMe();
  const { name } = useClinicNames();
  const agree = useCommand<{ version: number }>('checkins', () => '/ladder/publication');
  const isOwn = proposed.proposed_by === me.person;
  const hasPrescriber = [me.role, proposed.proposed_role].includes('prescriber');
  const refused = !MAY_CHANGE.includes(me.role) ? words.may_not_agree : isOwn ? words.own : hasPrescriber ? undefined : words.needs_prescriber;
  return (
    <Card title={words.proposed}>
      <p className={styles.muted}>{words.proposed_by(name(proposed.proposed_by, words.someone), shellWords.roles[proposed.proposed_role], dayAndTime(proposed.proposed_at))}</p>
      <p>{words.reason(proposed.reason)}</p>
      <Steps ladder={proposed.ladder} />
      <ProblemNotice problem={agree.error} />
      <div>
        <Button busy={agree.isPending} refused={refused} onClick={() => agree.mutate({ version: proposed.version })}>
          {words.agree}
        </Button>
      </div>
    </Card>
  );
}
