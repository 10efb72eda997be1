// Naming a sitter. The clinic approves and invites.
import { useCommand } from '../../api/use-command';
import type { Id } from '../../api/types';
import { NewPerson, type PersonEntry } from '../../ui/new-person';
import { patientWords } from '../../words/en/patient';

const words = patientWords.booking.newSitter;

export interface NamedSitter {
  person: Id;
  first_name: string;
}

export function NewSitter({ onNamed, onCancel }: { onNamed: (sitter: NamedSitter) => void; onCancel: () => void }) {
  const name = useCommand<PersonEntry, { person: Id }>('identity', () => '/sitters');
  const press = (entry: PersonEntry): void => name.mutate(entry, { onSuccess: ({ person }) => onNamed({ person, first_name: entry.first_name }) });
  return <NewPerson title={words.title} lead={words.lead} problem={name.error} busy={name.isPending} onNamed={press} onCancel={onCancel} />;
}
