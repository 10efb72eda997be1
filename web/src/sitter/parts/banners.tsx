// What else is true right now: no connection, who was told, a call for support, an answer that came late.
import type { Incident } from '../../api/types';
import { clockTime } from '../../lib/time';
import { sitterWords as w } from '../../words/en/sitter';
import { length } from '../../lib/format';
import { useHidden } from '../awake';
import { useLowBattery } from '../battery';
import { useSession, useStore, useWorld } from '../context';
import type { WatchView } from '../use-watch';
import { Mark, Note, Press } from './screen';

const telOf = (phone: string): string => `tel:${phone.replaceAll(/[^+\d]/g, '')}`;

export function Offline() {
  const { queued } = useWorld();
  const { phone } = useSession();
  return (
    <Note tone="unknown" live>
      <p>
        <Mark shape="unknown">{w.offline.heading}</Mark> {w.offline.body}
      </p>
      {queued > 0 && <p>{w.watch.queue(queued)}</p>}
      {phone !== null && (
        <a className="press press-plain" href={telOf(phone)}>
          {w.offline.call(phone)}
        </a>
      )}
    </Note>
  );
}

/** What of the phone itself may end the watch. */
function PhoneNotes({ mayGoDark }: { mayGoDark: boolean }) {
  const percent = useLowBattery();
  const [hidden_ms, read] = useHidden();
  return (
    <>
      {percent !== null && (
        <Note tone="late" live>
          <Mark shape="late">{w.phone.batteryLow(percent)}</Mark>
        </Note>
      )}
      {hidden_ms !== null && (
        <Note tone="soon" live>
          <p>{w.phone.wasHidden(length(Math.floor(hidden_ms / 1_000)))}</p>
          <Press onPress={read}>{w.done}</Press>
        </Note>
      )}
      {mayGoDark && <p className="muted">{w.phone.mayGoDark}</p>}
    </>
  );
}

/** The last few lines of the ladder: who, what, when. */
const TOLD_SHOWN = 4;

function IncidentNote({ incident }: { incident: Incident }) {
  const world = useWorld();
  const { zone } = useSession();
  const holder = world.people.find(({ person }) => person === incident.acknowledged_by)?.first_name ?? null;
  const who = (told: string): string => world.people.find(({ person }) => person === told)?.first_name ?? w.incident.somebody;
  return (
    <Note tone={holder === null ? 'alarm' : 'late'} live>
      <p>
        <Mark shape={holder === null ? 'alarm' : 'late'}>{w.incident.heading}</Mark>{' '}
        {w.incident.causes[incident.cause] ?? w.incident.anyCause}
      </p>
      <details>
        <summary>{holder === null ? w.incident.waiting : w.incident.acknowledged(holder)}</summary>
        <ul className="told">
          {incident.told.slice(-TOLD_SHOWN).map(({ person, channel, state, at }) => (
            <li key={`${person}${channel}${at}`}>
              {clockTime(at, zone)} {w.incident.told(who(person), w.incident.toldStates[state] ?? state)}
            </li>
          ))}
        </ul>
      </details>
    </Note>
  );
}

function LateResult() {
  const store = useStore();
  const { late, refused } = useWorld();
  return (
    <>
      {late !== null && (
        <Note tone="alarm" live>
          <Mark shape="alarm">{w.watch.severity[late.severity]}</Mark>
          {late.todo.map((line) => (
            <p key={line}>{line}</p>
          ))}
          <Press onPress={() => store.set({ late: null })}>{w.done}</Press>
        </Note>
      )}
      {refused !== null && (
        <Note tone="late" live>
          <p>
            <Mark shape="late">{w.watch.refusedAnswer}</Mark> {refused}
          </p>
          <Press onPress={() => store.set({ refused: null })}>{w.done}</Press>
        </Note>
      )}
    </>
  );
}

export function Banners({ view, mayGoDark = false }: { view: WatchView; mayGoDark?: boolean }) {
  const { patient } = useSession();
  return (
    <>
      {view.support !== null && (
        <Note tone="late" live>
          <Mark shape="late">{w.watch.support(patient)}</Mark>
        </Note>
      )}
      {view.silent && <Offline />}
      <PhoneNotes mayGoDark={mayGoDark} />
      <LateResult />
      {view.incidents.map((incident) => (
        <IncidentNote key={incident.id} incident={incident} />
      ))}
    </>
  );
}
