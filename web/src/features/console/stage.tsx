import { useMe } from '../../api/me';
import { useNow } from '../../api/use-now';
import { useCommand } from '../../api/use-command';
import type { Id } from '../../api/types';
import { length } from '../../lib/format';
import { secondsBetween } from '../../lib/time';
import { Button } from '../../ui/button';
import { CallEncryption } from '../../ui/call-encryption';
import { ProblemNotice } from '../../ui/problem-notice';
import { encryptionWords } from '../../words/en/encryption';
import { consoleWords } from '../../words/en/console';
import { Picture } from './picture';
import { useRoomState } from './queries';
import { useScene } from './scene';
import { SpokenTroubles } from './spoken-troubles';
import { StageBar } from './stage-bar';
import styles from './stage.module.css';
import type { Room } from './use-room';

const words = consoleWords.stage;

/** The face first. Patient large, sitter and self small, nothing ever over the patient's face but their own name. */
export function Stage({ room }: { room: Room }) {
  const { session, patient, sitter, names } = useScene();
  const { person } = useMe();
  const tileOf = (person: Id | null) => room.tiles.find((tile) => tile.person === person);
  const inside = room.line.name === 'live' || room.line.name === 'reconnecting';
  const others = room.tiles.filter(({ person }) => person !== session.people.patient && person !== session.people.sitter);
  const of = tileOf(session.people.patient);
  const sits = tileOf(session.people.sitter);
  return (
    <section className={styles.stage} aria-label={words.you}>
      <Waiting room={room} />
      {inside ? <SpokenTroubles tiles={room.tiles} nameOf={names.name} /> : null}
      {inside ? <CallEncryption encryption={room.encryption} nameOf={names.name} me={person} compare={encryptionWords.read} onAgree={room.agree} /> : null}
      <div className={styles.view}>
      <Picture name={patient} place="large" stream={of?.video ?? null} known={of} instead={inside ? <p>{words.not_here(patient)}</p> : <Join room={room} />} />
      {inside ? (
      <div className={styles.small}>
        <Picture name={sitter} place="sitter" stream={sits?.video ?? null} known={sits} instead={<Initial name={sitter} />} />
        {others.map((tile) => (
          <OtherPicture key={tile.person} tile={tile} />
        ))}
        <Picture name={words.you} place="self" stream={room.camera ? (room.devices?.stream ?? null) : null} known={room.roster.find((one) => one.person === person)} instead={<Initial name={words.you} />} />
      </div>
      ) : null}
      <StageBar room={room} />
      </div>
    </section>
  );
}

const Initial = ({ name }: { name: string }) => (
  <span className={styles.initial} aria-hidden="true">
    {name.charAt(0)}
  </span>
);

function OtherPicture({ tile }: { tile: Room['tiles'][number] }) {
  const { names } = useScene();
  const name = names.name(tile.person);
  return <Picture name={name} place="other" stream={tile.video} known={tile} instead={<Initial name={name} />} />;
}

function Join({ room }: { room: Room }) {
  const { line } = room;
  if (line.name === 'connecting') return <p role="status">{words.joining}</p>;
  return (
    <div className={styles.join}>
      {line.name === 'ended' ? <p>{line.detail === '' ? words.ended : line.detail}</p> : null}
      <Button size="large" onClick={() => void room.join()}>
        {line.name === 'ended' ? words.again : words.join}
      </Button>
      <small>{words.join_hint}</small>
    </div>
  );
}

/** Who stands at the door. Nobody comes in but by name and by a press. */
function Waiting({ room }: { room: Room }) {
  const { id, names } = useScene();
  const { data } = useRoomState(id);
  const now = useNow();
  const admit = useCommand<{ person$: Id }>('video', ({ person$ }) => `/sessions/${id}/admissions/${person$}`, id);
  const live = room.roster.filter(({ place }) => place === 'waiting').map(({ person, since_at }) => ({ person, since_at }));
  const waiting = room.roster.length > 0 ? live : (data?.waiting ?? []);
  if (waiting.length === 0 && admit.error === null) return null;
  return (
    <ul className={styles.waiting}>
      {waiting.map(({ person, since_at }) => (
        <li key={person} className={styles.door}>
          <span>
            <strong>{words.waiting(names.name(person))}</strong> <small>{words.since(length(secondsBetween(since_at, now)))}</small>
          </span>
          <Button busy={admit.isPending && admit.variables.person$ === person} onClick={() => admit.mutate({ person$: person })}>
            {words.admit(names.name(person))}
          </Button>
        </li>
      ))}
      <ProblemNotice problem={admit.error} />
    </ul>
  );
}
