import { useSessionNames } from '../../api/people';
import { useMe } from '../../api/me';
import type { Booking, Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { clinicWords } from '../../words/en/clinic';
import styles from './clinic.module.css';
import { useBookings, useChecklist } from './queries';

const words = clinicWords.sitters;

/** A named sitter gets in only after a person of the clinic has looked. */
export function SittersCard() {
  const { data = [] } = useBookings();
  const now = useNow();
  const waiting = data.filter(({ kind, sitter, ends_at }) => kind === 'dosing' && sitter !== null && ends_at > now);
  return (
    <Card title={words.title}>
      <p className={styles.muted}>{words.lead}</p>
      {waiting.length === 0 ? <Empty>{words.none}</Empty> : null}
      <ul className={styles.list}>
        {waiting.map((booking) => (
          <SitterRow key={booking.session} booking={booking} />
        ))}
      </ul>
    </Card>
  );
}

function SitterRow({ booking }: { booking: Booking }) {
  const { role } = useMe();
  const { name } = useSessionNames(booking.session, clinicWords.someone);
  const approve = useCommand<{ session$: Id }>('identity', ({ session$ }) => `/sessions/${session$}/sitter-invitation`, booking.session);
  const [sitter, patient] = [name(booking.sitter), name(booking.patient)];
  return (
    <li className={styles.row}>
      <span>
        {words.row(sitter, patient)} <span className={styles.muted}>{dayAndTime(booking.starts_at)}</span>
      </span>
      {approve.isSuccess ? (
        <span role="status">{words.sent}</span>
      ) : (
        <Button look="quiet" busy={approve.isPending} aria-label={words.press_who(sitter)} onClick={() => approve.mutate({ session$: booking.session })}>
          {words.press}
        </Button>
      )}
      <ProblemNotice problem={approve.error} />
      {role === 'coordinator' ? <Relationship booking={booking} sitter={sitter} patient={patient} /> : null}
    </li>
  );
}

/** clinical.md §3.2, ST-REL: the clinic asks the patient in private. */
const RELATIONSHIP = 'ST-REL';

interface Said {
  answer: 'yes' | 'no';
  reason: null;
}

/** Only the clinic can ask this, and only alone with the patient. */
function Relationship({ booking, sitter, patient }: { booking: Booking; sitter: string; patient: string }) {
  const { data: items = [] } = useChecklist(booking.session);
  const say = useCommand<Said>('safety', () => `/sessions/${booking.session}/checklist/${RELATIONSHIP}`, booking.session);
  const item = items.find(({ id }) => id === RELATIONSHIP);
  if (item === undefined) return null;
  if (item.state === 'yes') return <StateBadge tone="ok">{words.noted}</StateBadge>;
  return (
    <div className={styles.ask}>
      <p className={styles.muted}>{words.asked(patient)}</p>
      <Button look="quiet" busy={say.isPending} onClick={() => say.mutate({ answer: 'yes', reason: null })}>
        {words.safe(patient, sitter)}
      </Button>
      <Button look="bare" onClick={() => say.mutate({ answer: 'no', reason: null })}>
        {words.not_safe}
      </Button>
      <ProblemNotice problem={say.error} />
    </div>
  );
}
