import { useClinicNames } from '../../api/people';
import type { Booking, Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { useNow } from '../../api/use-now';
import { dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { clinicWords } from '../../words/en/clinic';
import styles from './clinic.module.css';
import { useBookings } from './queries';

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
  const { name } = useClinicNames();
  const approve = useCommand<{ session$: Id }>('identity', ({ session$ }) => `/sessions/${session$}/sitter-invitation`, booking.session);
  const sitter = name(booking.sitter, clinicWords.someone);
  return (
    <li className={styles.row}>
      <span>
        {words.row(sitter, name(booking.patient, clinicWords.someone))} <span className={styles.muted}>{dayAndTime(booking.starts_at)}</span>
      </span>
      {approve.isSuccess ? (
        <span role="status">{words.sent}</span>
      ) : (
        <Button look="quiet" busy={approve.isPending} aria-label={words.press_who(sitter)} onClick={() => approve.mutate({ session$: booking.session })}>
          {words.press}
        </Button>
      )}
      <ProblemNotice problem={approve.error} />
    </li>
  );
}
