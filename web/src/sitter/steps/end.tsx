// The watch is over: why, what was agreed, whom to call later.
import { sitterWords as w } from '../../words/en/sitter';
import { aroundWords as p } from '../../words/en/sitter-around';
import { useSession, useWorld } from '../context';
import { emergencyNumber } from '../emergency';
import { Heading, Screen } from '../parts/screen';

const ENDS: Record<string, string> = {
  without_dose: p.closed.without,
  ended_without_dose: p.closed.without,
  withdrawn: p.closed.withdrawn,
  no_show: p.closed.no_show,
  handed_over: p.closed.handed_over,
};

export function Closed() {
  const { session, card } = useWorld();
  const { patient, phone } = useSession();
  const number = emergencyNumber(card);
  return (
    <Screen
      dock={
        <>
          <a className="press press-alarm" href={`tel:${number}`}>
            {w.card.call(number)}
          </a>
          {phone !== null && (
            <a className="press press-plain" href={`tel:${phone.replaceAll(/[^+\d]/g, '')}`}>
              {w.refused.call(phone)}
            </a>
          )}
        </>
      }
    >
      <div className="lamp" aria-hidden="true" />
      <Heading>{p.closed.heading}</Heading>
      <p>{ENDS[session?.end?.kind ?? session?.phase ?? ''] ?? p.closed.body(patient)}</p>
      <p className="muted">{p.closed.worried}</p>
    </Screen>
  );
}
