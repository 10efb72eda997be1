// The patient's place in the room: taken by a press, kept over a refresh, left by choice.
import { useCallback, useEffect, useRef, useState } from 'react';
import { roomCalls } from '../../api/room';
import type { Id } from '../../api/types';
import { closeDevices, keepAwake, openDevices } from '../../lib/media/devices';
import type { Encryption } from '../../lib/media/e2ee/agreement';
import { RoomConnection } from '../../lib/media/room';
import type { RosterEntry, RoomState, Tile } from '../../lib/media/types';

export interface Room {
  state: RoomState;
  roster: RosterEntry[];
  tiles: Tile[];
  encryption: Encryption;
  stream: MediaStream | null;
  /** Whether this browser had a place before: then the press says "come back". */
  had: boolean;
  /** Sound waits for a press. */
  muted: boolean;
  join: () => void;
  leave: () => void;
  hear: () => void;
  /** In a press: go on although somebody's browser cannot encrypt. */
  agree: () => void;
}

const placeOf = (session: Id): string => `holdspace.place.${session}`;

export function useRoom(session: Id): Room {
  const room = useRef<RoomConnection | null>(null);
  const awake = useRef<(() => void) | null>(null);
  const [state, setState] = useState<RoomState>({ name: 'idle' });
  const [roster, setRoster] = useState<RosterEntry[]>([]);
  const [tiles, setTiles] = useState<Tile[]>([]);
  const [encryption, setEncryption] = useState<Encryption>({ kind: 'waiting', missing: [] });
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [muted, setMuted] = useState(false);
  const [had] = useState(() => sessionStorage.getItem(placeOf(session)) !== null);

  const leave = useCallback(() => {
    room.current?.leave();
    room.current = null;
    awake.current?.();
    awake.current = null;
  }, []);
  useEffect(() => leave, [leave]);
  useEffect(() => () => closeDevices(stream), [stream]);

  const join = useCallback(async (): Promise<void> => {
    leave();
    sessionStorage.setItem(placeOf(session), '1');
    const opened = await openDevices();
    setStream(opened.stream);
    awake.current = await keepAwake();
    const entered = new RoomConnection({
      session,
      stream: opened.stream,
      ...roomCalls(session),
      onState: setState,
      onRoster: setRoster,
      onTiles: setTiles,
      onEncryption: setEncryption,
      onNotice: ({ code }) => code === 'room.sound_blocked' && setMuted(true),
    });
    room.current = entered;
    await entered.join();
  }, [session, leave]);

  const hear = useCallback(() => {
    void room.current?.resumeSound();
    setMuted(false);
  }, []);
  return { state, roster, tiles, encryption, stream, had, muted, join: () => void join(), leave, hear, agree: () => room.current?.agreeToOpen() };
}
