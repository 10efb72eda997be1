import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import { age, lengthOf } from '../../lib/format';
import { Loading } from '../../ui/empty';
import { consoleWords } from '../../words/en/console';
import styles from './drawer.module.css';
import { useCard } from './queries';
import { useScene } from './scene';

const words = consoleWords.card;

/** What to tell a dispatcher, largest first: where, what, how long ago. */
export function EmergencyCard() {
  const { id, patient } = useScene();
  const { clinic_phone } = useMe();
  const { data: card } = useCard(id);
  const now = useNow();
  if (card === undefined) return <Loading>{consoleWords.loading}</Loading>;
  const { address } = card;
  return (
    <div className={styles.form}>
      <p className={styles.call}>{card.emergency_number === null ? words.call_unknown : words.call(card.emergency_number)}</p>
      <p className={styles.muted}>{words.call_own}</p>
      <dl className={styles.facts}>
        <dt>{words.who}</dt>
        <dd>{card.first_name ?? patient}</dd>
        <dt>{words.address}</dt>
        <dd>
          {address === null ? words.address_none : [address.line1, address.line2, [address.city, address.region, address.postal_code].filter(Boolean).join(' ')].filter((line): line is string => line !== null && line !== '').map((line) => <span key={line}>{line}</span>)}
          {card.confirmed_at === null ? null : <small>{words.confirmed(age(now, card.confirmed_at))}</small>}
        </dd>
        {address === null || address.entry_notes === null || address.entry_notes === '' ? null : (
          <>
            <dt>{words.entry}</dt>
            <dd>{address.entry_notes}</dd>
          </>
        )}
        <dt>{words.taken}</dt>
        <dd>
          {card.dose_at === null ? words.taken_none : <span>{card.medicine}</span>}
          {card.dose_at === null || card.dose === null ? null : <span>{card.dose}</span>}
          {card.dose_at === null ? null : <small>{words.ago(lengthOf(now - card.dose_at))}</small>}
        </dd>
        <dt>{words.clinic}</dt>
        <dd>
          <a href={`tel:${card.clinic_phone ?? clinic_phone}`}>{card.clinic_phone ?? clinic_phone}</a>
        </dd>
      </dl>
      <h3>{words.say}</h3>
      <ol className={styles.say}>
        {card.instructions.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </div>
  );
}
