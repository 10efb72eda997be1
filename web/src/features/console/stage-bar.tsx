import { Button } from '../../ui/button';
import { StateBadge } from '../../ui/state-badge';
import { consoleWords } from '../../words/en/console';
import { useScene } from './scene';
import styles from './stage.module.css';
import type { Room } from './use-room';

const words = consoleWords.stage;

/** The therapist's own switches, and what their line has to say. */
export function StageBar({ room }: { room: Room }) {
  const inside = room.line.name === 'live' || room.line.name === 'reconnecting';
  const trouble = [room.devices?.camera, room.devices?.microphone].flatMap((device) => (device !== undefined && !device.ok ? [device.trouble] : []));
  if (!inside && trouble.length === 0) return null;
  return (
    <div className={styles.bar}>
      {inside ? (
        <>
          <Button look="quiet" aria-pressed={!room.microphone} onClick={room.toggleMicrophone}>
            {room.microphone ? words.mute : words.unmute}
          </Button>
          <Button look="quiet" aria-pressed={!room.camera} onClick={room.toggleCamera}>
            {room.camera ? words.hide : words.show}
          </Button>
        </>
      ) : null}
      {room.line.name === 'reconnecting' ? <StateBadge tone="late">{words.reconnecting}</StateBadge> : null}
      {room.quality?.audio_only === true ? <StateBadge tone="soon">{words.audio_only}</StateBadge> : null}
      {[...new Set(trouble)].map((code) => (
        <p key={code} role="alert">
          {words.trouble[code]}
        </p>
      ))}
      <NoticeLine room={room} />
    </div>
  );
}

function NoticeLine({ room }: { room: Room }) {
  const { names } = useScene();
  const { notice } = room;
  if (notice === null) return null;
  switch (notice.code) {
    case 'room.sound_blocked':
      return <Button onClick={room.hear}>{words.sound_blocked}</Button>;
    case 'room.other_device_refused':
      return <p role="status">{words.other_device(names.name(notice.person))}</p>;
    case 'room.camera_ended':
    case 'room.microphone_ended':
      return (
        <p role="status">
          {words.device_ended} <Button onClick={() => void room.join()}>{words.device_again}</Button>
        </p>
      );
    case 'room.audio_only_on':
    case 'room.audio_only_off':
      return null;
  }
}
