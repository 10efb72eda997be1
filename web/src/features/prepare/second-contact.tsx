// Whom to call when nobody in the home can be reached: somebody named before, or somebody new. They are asked by mail.
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api/patient-queries';
import { useOtherSitters } from '../../api/people';
import { STANDING_TONE, useSecondContact } from '../../api/second-contact';
import type { Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { NewPerson, type PersonEntry } from '../../ui/new-person';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import styles from './prepare.module.css';

const words = patientWords.secondContact;

export function SecondContact({ session }: { session: Id }) {
  const { data } = useSecondContact(session);
  const [asking, setAsking] = useState(false);
  const badge = data === undefined ? undefined : <StateBadge tone={STANDING_TONE[data.standing]}>{words.states[data.standing]}</StateBadge>;
  const open = asking || data?.standing === 'none' || data?.standing === 'declined';
  return (
    <Card title={words.title} aside={badge}>
      <p className={styles.muted}>{data === undefined ? words.unknown : words.lead}</p>
      {data === undefined || data.first_name === null ? null : <p>{words.named(data.first_name)}</p>}
      {open ? <Ask session={session} onAsked={() => setAsking(false)} /> : null}
      {open || data === undefined || data.standing === 'sits' ? null : (
        <div className={styles.row}>
          <Button look="bare" onClick={() => setAsking(true)}>
            {words.again}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Ask({ session, onAsked }: { session: Id; onAsked: () => void }) {
  const { data } = useSession(session);
  const { others, choices } = useOtherSitters(data?.people.sitter, words.pick);
  const [person, setPerson] = useState<Id | ''>('');
  const [naming, setNaming] = useState(false);
  const ask = useCommand<{ person: Id }>('identity', () => `/sessions/${session}/second-contact`, session);
  const name = useCommand<PersonEntry, { person: Id }>('identity', () => '/sitters');
  const asked = (id: Id): void => ask.mutate({ person: id }, { onSuccess: onAsked, onError: () => setNaming(false) });
  if (naming) {
    const named = (entry: PersonEntry): void => name.mutate(entry, { onSuccess: (added) => asked(added.person) });
    return <NewPerson title={words.newTitle} lead={words.newLead} problem={name.error} busy={name.isPending || ask.isPending} onNamed={named} onCancel={() => setNaming(false)} />;
  }
  return (
    <div className={styles.form}>
      {others.length === 0 ? null : (
        <>
          <NativeSelect label={words.who} data={choices} value={person} onChange={(event) => setPerson(event.currentTarget.value)} />
          <div className={styles.row}>
            <Button look="quiet" busy={ask.isPending} refused={person === '' ? words.pick_first : undefined} onClick={() => asked(person)}>
              {words.ask}
            </Button>
          </div>
        </>
      )}
      <ProblemNotice problem={ask.error} />
      <div className={styles.row}>
        <Button look="bare" onClick={() => setNaming(true)}>
          {words.new}
        </Button>
      </div>
    </div>
  );
}
