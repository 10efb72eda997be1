import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useOtherSitters } from '../../api/people';
import { STANDING_TONE, useSecondContact } from '../../api/second-contact';
import type { Id, Incident } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import styles from './ready.module.css';
import { useScene } from './scene';

const words = consoleWords.second_contact;

/** In the ready room: how the second contact stands, and naming one. What is not known never looks fine. */
export function SecondContactCard() {
  const { id } = useScene();
  const { data } = useSecondContact(id);
  const [naming, setNaming] = useState(false);
  return (
    <section className={styles.test} aria-label={words.heading}>
      <p>
        {words.heading} <StateBadge tone={data === undefined ? 'unknown' : STANDING_TONE[data.standing]}>{data === undefined ? words.unknown : words.states[data.standing]}</StateBadge>
      </p>
      {data === undefined || data.first_name === null ? null : <p className={styles.meta}>{words.who(data.first_name, data.phone ?? '')}</p>}
      {naming ? (
        <Name onLeave={() => setNaming(false)} />
      ) : (
        <Button look="bare" onClick={() => setNaming(true)}>
          {data === undefined || data.person === null ? words.change : words.another}
        </Button>
      )}
    </section>
  );
}

function Name({ onLeave }: { onLeave: () => void }) {
  const { id, session } = useScene();
  const [person, setPerson] = useState<Id | ''>('');
  const ask = useCommand<{ person: Id }>('identity', () => `/sessions/${id}/second-contact`, id);
  const { choices } = useOtherSitters(session.people.sitter, consoleWords.replace.pick);
  return (
    <>
      <p className={styles.meta}>{words.lead}</p>
      <NativeSelect label={words.pick} data={choices} value={person} onChange={(event) => setPerson(event.currentTarget.value)} />
      <ProblemNotice problem={ask.error} />
      <Button look="quiet" busy={ask.isPending} refused={person === '' ? words.pick_first : undefined} onClick={() => ask.mutate({ person })}>
        {words.press}
      </Button>
      {ask.isSuccess ? <p role="status">{words.sent}</p> : null}
      <Button look="bare" onClick={onLeave}>
        {consoleWords.close}
      </Button>
    </>
  );
}

/** Beside an incident: what its step did about the second contact, and their number for whoever has to ring them. */
export function SecondContactLine({ incident }: { incident: Incident }) {
  const { id } = useScene();
  const { data } = useSecondContact(id, incident.second_contact !== null);
  if (incident.second_contact === null) return null;
  return (
    <p>
      {words.came[incident.second_contact] ?? incident.second_contact} {data === undefined || data.first_name === null ? null : words.who(data.first_name, data.phone ?? '')}
    </p>
  );
}
