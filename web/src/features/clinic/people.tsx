import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import type { Id, PersonName, Role } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { ownZone } from '../../lib/time';
import { zones } from '../../lib/zones';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { clinicWords } from '../../words/en/clinic';
import { shellWords } from '../../words/en/shell';
import styles from './clinic.module.css';

const words = clinicWords.people;
const ROLES: readonly Role[] = ['patient', 'therapist', 'prescriber', 'coordinator', 'admin', 'auditor'];

export function PeopleCard() {
  const { people } = useClinicNames();
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      {people.length === 0 ? <Empty>{words.none}</Empty> : null}
      <ul className={styles.list}>
        {people.map((person) => (
          <PersonRow key={person.person} person={person} />
        ))}
      </ul>
      <AddPerson />
    </Card>
  );
}

/** Nobody gives out a role above their own, and a sitter is the patient's to name. */
const mayInvite = (mine: Role, role: Role): boolean => role === 'patient' || (mine === 'admin' && role !== 'sitter');

function PersonRow({ person }: { person: PersonName }) {
  const { role } = useMe();
  const invite = useCommand<{ person$: Id }>('identity', ({ person$ }) => `/people/${person$}/invitation`);
  return (
    <li className={styles.row}>
      <span>
        <strong>
          {person.first_name} {person.last_initial}.
        </strong>{' '}
        <span className={styles.muted}>{shellWords.roles[person.role]}</span>
      </span>
      {!mayInvite(role, person.role) ? null : invite.isSuccess ? (
        <span role="status">{words.sent}</span>
      ) : (
        <Button look="quiet" busy={invite.isPending} aria-label={words.invite_who(person.first_name)} onClick={() => invite.mutate({ person$: person.person })}>
          {words.invite}
        </Button>
      )}
      <ProblemNotice problem={invite.error} />
    </li>
  );
}

interface NewPerson {
  role: Role;
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  time_zone: string;
}

const TEXTS = [
  ['first_name', 'text', 80],
  ['last_name', 'text', 80],
  ['email', 'email', 254],
  ['phone', 'tel', 20],
] as const;

function AddPerson() {
  const empty: NewPerson = { role: 'patient', first_name: '', last_name: '', email: '', phone: '', time_zone: ownZone() };
  const [draft, setDraft] = useState(empty);
  const add = useCommand<NewPerson, { person: Id }>('identity', () => '/people');
  const whole = TEXTS.every(([name]) => draft[name].trim() !== '');
  return (
    <details className={styles.add}>
      <summary>{words.add}</summary>
      <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
        <NativeSelect label={words.role} value={draft.role} onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value as Role })} data={ROLES.map((value) => ({ value, label: shellWords.roles[value] }))} />
        {TEXTS.map(([name, type, maxLength]) => (
          <TextInput key={name} label={words[name]} type={type} maxLength={maxLength} value={draft[name]} onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })} />
        ))}
        <NativeSelect label={words.time_zone} value={draft.time_zone} onChange={(event) => setDraft({ ...draft, time_zone: event.currentTarget.value })} data={zones()} />
        <ProblemNotice problem={add.error} />
        {add.isSuccess ? <p role="status">{words.added}</p> : null}
        <div>
          <Button type="submit" busy={add.isPending} refused={whole ? undefined : words.whole} onClick={() => add.mutate(draft, { onSuccess: () => setDraft(empty) })}>
            {words.press}
          </Button>
        </div>
      </form>
    </details>
  );
}
