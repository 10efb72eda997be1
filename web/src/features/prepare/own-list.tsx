// The patient's own items: is it so, why it matters, what to do if not.
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useChecklist } from '../../api/patient-queries';
import type { ChecklistItem, Id, ItemState } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { Empty, Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge, type Tone } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import { ownItems } from './own-items';
import styles from './prepare.module.css';

const words = patientWords.prepare.list;
const TONES: Record<ItemState, Tone> = { yes: 'ok', no: 'late', open: 'soon', declined: 'unknown', expired: 'soon', system: 'unknown' };

interface AnswerBody {
  item$: string;
  answer: 'yes' | 'no' | 'declined';
  reason: string | null;
}

export function OwnList({ session }: { session: Id }) {
  const { data: items } = useChecklist(session);
  if (items === undefined) return <Loading>{patientWords.loading}</Loading>;
  const own = ownItems(items);
  if (own.length === 0) return <Empty>{words.empty}</Empty>;
  return (
    <ul className={styles.items}>
      {own.map((item) => (
        <Item key={item.id} session={session} item={item} />
      ))}
    </ul>
  );
}

function Item({ session, item }: { session: Id; item: ChecklistItem }) {
  const me = useMe();
  const [helping, setHelping] = useState(item.state === 'no');
  const answer = useCommand<AnswerBody>('safety', ({ item$ }) => `/sessions/${session}/checklist/${item$}`, session);
  const say = (said: AnswerBody['answer']): void => answer.mutate({ item$: item.id, answer: said, reason: null });
  const own = item.answers.find(({ role }) => role === 'patient')?.answer;
  const settled = item.state === 'yes' || item.state === 'declined' || (own === 'yes' && item.state !== 'expired');
  return (
    <li className={styles.item}>
      <div>
        <strong>{item.title}</strong>
        <StateBadge tone={settled ? 'ok' : TONES[item.state]}>{settled ? words.states.yes : words.states[item.state]}</StateBadge>
      </div>
      <p className={styles.muted}>
        {words.why}: {item.why}
      </p>
      {helping && !settled ? (
        <p>
          {words.todo}: {item.todo}
        </p>
      ) : null}
      <ProblemNotice problem={answer.error} phone={me.clinic_phone} />
      {settled ? null : (
        <div className={styles.row}>
          <Button look="quiet" busy={answer.isPending} aria-label={`${item.title} ${words.yes}`} onClick={() => say('yes')}>
            {words.yes}
          </Button>
          <Button look="bare" aria-label={`${item.title} ${helping ? words.cannot : words.notYet}`} onClick={() => (helping ? say('no') : setHelping(true))}>
            {helping ? words.cannot : words.notYet}
          </Button>
        </div>
      )}
    </li>
  );
}
