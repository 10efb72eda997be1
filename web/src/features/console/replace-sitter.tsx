import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useOtherSitters } from '../../api/people';
import { useSecondContact } from '../../api/second-contact';
import type { Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import { usePresenceCode } from './queries';
import styles from './incident-panel.module.css';
import { useScene } from './scene';

const words = consoleWords.replace;

/** Another sitter takes the place. Nothing that is due waits for it: until the six digits are typed, whoever leads looks. */
export function ReplaceSitter() {
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <>
        <Took />
        <Button look="bare" onClick={() => setOpen(true)}>
          {words.open}
        </Button>
      </>
    );
  }
  return (
    <section className={styles.resolve} aria-label={words.open}>
      <Name />
      <Digits />
      <Button look="bare" onClick={() => setOpen(false)}>
        {consoleWords.close}
      </Button>
    </section>
  );
}

function Name() {
  const { id, session } = useScene();
  const [person, setPerson] = useState<Id | ''>('');
  const replace = useCommand<{ person: Id }>('identity', () => `/sessions/${id}/sitter-replacement`, id);
  const { choices } = useOtherSitters(session.people.sitter, words.pick);
  return (
    <>
      <p>{words.lead}</p>
      <NativeSelect label={words.who} data={choices} value={person} onChange={(event) => setPerson(event.currentTarget.value as Id | '')} />
      <ProblemNotice problem={replace.error} />
      <Button busy={replace.isPending} refused={person === '' ? words.pick_first : undefined} onClick={() => person !== '' && replace.mutate({ person })}>
        {words.press}
      </Button>
      {replace.isSuccess ? <p role="status">{words.sent}</p> : null}
    </>
  );
}

/** A second contact who was called and took the place: nobody pressed for it here, so it is said here. */
function Took() {
  const { id } = useScene();
  const { data } = useSecondContact(id);
  const { data: code, isError } = usePresenceCode(id, data?.standing === 'sits');
  if (data?.standing !== 'sits' || code === undefined || isError) return null;
  const { took, someone } = consoleWords.second_contact;
  return (
    <div role="status">
      <p>{took(data.first_name ?? someone)}</p>
      <Digits />
    </div>
  );
}

/** Nothing to read once the sitter has proven to be there: then there is no code. */
function Digits() {
  const { id } = useScene();
  const { data, isError } = usePresenceCode(id, true);
  if (data === undefined || isError) return null;
  return (
    <p>
      {words.code} <strong>{`${data.code.slice(0, 3)} ${data.code.slice(3)}`}</strong>
    </p>
  );
}
