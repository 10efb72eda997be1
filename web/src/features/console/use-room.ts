// The therapist's place in the video room: opened by one press, closed when the page goes.
import { useCallback, useEffect, useRef, useState } from 'react';
import { roomCalls } from '../../api/room';
import { keepAwake, openDevices, type OpenedDevices } from '../../lib/media/devices';
import type { Encryption } from '../../lib/media/e2ee/agreement';
import { RoomConnection } from '../../lib/media/room';
import type { Notice, Quality, RoomState as LineState, RosterEntry, Tile } from '../../lib/media/types';
import { sound } from '../../lib/sound';

export interface Room {
  line: LineState;
  roster: RosterEntry[];
  tiles: Tile[];
  quality: Quality | null;
  notice: Notice | null;
  encryption: Encryption;
  devices: OpenedDevices | null;
  microphone: boolean;
  camera: boolean;
  /** In a press: devices, sound and the line. */
  join: () => Promise<void>;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  hear: () => void;
  /** In a press: go on although somebody's browser cannot encrypt. */
  agree: () => void;
}

export function useRoom(session: string): Room {
  const connection = useRef<RoomConnection | null>(null);
  const [line, setLine] = useState<LineState>({ name: 'idle' });
  const [roster, setRoster] = useState<RosterEntry[]>([]);
  const [tiles, setTiles] = useState<Tile[]>([]);
  const [quality, setQuality] = useState<Quality | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [encryption, setEncryption] = useState<Encryption>({ kind: 'waiting', missing: [] });
  const [devices, setDevices] = useState<OpenedDevices | null>(null);
  const [microphone, setMicrophone] = useState(true);
  const [camera, setCamera] = useState(true);

  const close = useCallback(() => {
    connection.current?.leave();
    connection.current = null;
  }, []);
  useEffect(() => close, [close]);
  const joined = line.name === 'live' || line.name === 'reconnecting';
  useEffect(() => {
    if (!joined) return;
    const awake = keepAwake();
    return () => void awake.then((sleep) => sleep());
  }, [joined]);
  useEffect(() => () => devices?.stream?.getTracks().forEach((track) => track.stop()), [devices]);

  const join = useCallback(async () => {
    void sound.unlock();
    close();
    const opened = await openDevices();
    setDevices(opened);
    const room = new RoomConnection({
      session,
      stream: opened.stream,
      ...roomCalls(session),
      onState: setLine,
      onRoster: setRoster,
      onTiles: setTiles,
      onQuality: setQuality,
      onNotice: setNotice,
      onEncryption: setEncryption,
    });
    connection.current = room;
    await room.join();
  }, [session, close]);

  return {
    line,
    roster,
    tiles,
    quality,
    notice,
    encryption,
    devices,
    microphone,
    camera,
    join,
    toggleMicrophone: () => {
      connection.current?.setMicrophone(!microphone);
      setMicrophone(!microphone);
    },
    toggleCamera: () => {
      connection.current?.setCamera(!camera);
      setCamera(!camera);
    },
    hear: () => {
      void connection.current?.resumeSound();
      setNotice(null);
    },
    agree: () => connection.current?.agreeToOpen(),
  };
}
