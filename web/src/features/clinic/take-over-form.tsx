import { NativeSelect } from '@mantine/core';
import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import { faultAt } from '../../api/problems';
import type { Id, OffsetChoice, PersonName } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { ownZone } from '../../lib/time';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { rosterWords as words } from '../../words/en/roster';
import clinic from './clinic.module.css';
import styles from './on-call.module.css';

export interface Draft {
  person: Id;
  from: string;
  from_choice: OffsetChoice | null;
  until: string;
  until_choice: OffsetChoice | null;
}

const MAY_BE_ON_CALL = ['prescriber', 'therapist', 'coordinator'];

/** Everybody who may lead, oneself first. */
export function useLeads(): { leads: PersonName[]; own: Id } {
  const { people } = useClinicNames();
  const { person, role } = useMe();
  const leads = people.filter((one) => MAY_BE_ON_CALL.includes(one.role)).sort((a, b) => Number(b.person === person) - Number(a.person === person));
  return { leads, own: MAY_BE_ON_CALL.includes(role) ? person : '' };
}

export const choices = (leads: PersonName[], own: Id): { value: string; label: string }[] => [
  { value: '', label: words.choose },
  ...leads.map(({ person: value, first_name, last_initial }) => ({ value, label: value === own ? words.myself(first_name) : `${first_name} ${last_initial}.` })),
];

/** What is typed stays until the server has taken it. */
export function TakeOverForm({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  const { leads, own } = useLeads();
  const take = useCommand<Draft & { time_zone: string }>('scheduling', () => '/on-call/overrides');
  const person = draft.person === '' ? own : draft.person;
  const whole = person !== '' && draft.from !== '' && draft.until !== '';
  return (
    <form className={clinic.form} onSubmit={(event) => event.preventDefault()}>
      <h3 className={styles.heading}>{words.take_over}</h3>
      <p className={styles.muted}>{words.take_over_lead}</p>
      <div className={clinic.fields}>
        <NativeSelect label={words.person} value={person} error={faultAt(take.error, 'person')} onChange={(event) => onDraft({ ...draft, person: event.currentTarget.value })} data={choices(leads, own)} />
        <WallClock label={words.from} value={draft.from} choice={draft.from_choice} fault={faultAt(take.error, 'from')} onChange={(from, from_choice) => onDraft({ ...draft, from, from_choice })} />
        <WallClock label={words.until} value={draft.until} choice={draft.until_choice} fault={faultAt(take.error, 'until')} onChange={(until, until_choice) => onDraft({ ...draft, until, until_choice })} />
      </div>
      <p className={styles.muted}>{words.zone(ownZone())}</p>
      <ProblemNotice problem={take.error} />
      {take.isSuccess ? <p role="status">{words.taken}</p> : null}
      <div>
        <Button type="submit" busy={take.isPending} refused={whole ? undefined : words.whole} onClick={() => take.mutate({ ...draft, person, time_zone: ownZone() })}>
          {words.take_over}
        </Button>
      </div>
    </form>
  );
}

interface WallClockProps {
  label: string;
  value: string;
  choice: OffsetChoice | null;
  fault: string | null;
  onChange: (value: string, choice: OffsetChoice | null) => void;
}

/** A time on this device's clock. Where the clocks show it twice, which of the two is asked beside it. */
function WallClock({ label, value, choice, fault, onChange }: WallClockProps) {
  return (
    <div className={styles.clock}>
      <label className={clinic.field}>
        {label}
        <input type="datetime-local" className={clinic.time} value={value} aria-invalid={fault !== null || undefined} onChange={(event) => onChange(event.currentTarget.value, null)} />
      </label>
      {fault === null ? null : <p className={styles.fault}>{fault}</p>}
      {fault === null && choice === null ? null : (
        <NativeSelect
          label={words.which(label)}
          value={choice ?? ''}
          onChange={(event) => onChange(value, event.currentTarget.value === '' ? null : (event.currentTarget.value as OffsetChoice))}
          data={[
            { value: '', label: words.once },
            { value: 'earlier', label: words.earlier },
            { value: 'later', label: words.later },
          ]}
        />
      )}
    </div>
  );
}
