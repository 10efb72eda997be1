// The sitter's place in the video room. It belongs to the page, not to a step: the line is kept when a step changes.
import { useSyncExternalStore } from 'react';
import { roomCalls } from '../api/room';
import type { Encryption } from '../lib/media/e2ee/agreement';
import type { RoomState, RosterEntry, Tile } from '../lib/media/types';
import { sitterWords as w } from '../words/en/sitter';

type Connection = { leave: () => void; setCamera: (on: boolean) => void; agreeToOpen: () => void };

export interface Place {
  state: RoomState;
  tiles: Tile[];
  roster: RosterEntry[];
  encryption: Encryption;
  joining: boolean;
}

let place: Place = { state: { name: 'idle' }, tiles: [], roster: [], encryption: { kind: 'waiting', missing: [] }, joining: false };
let connection: Connection | null = null;
const listeners = new Set<() => void>();

function become(change: Partial<Place>): void {
  place = { ...place, ...change };
  for (const listener of listeners) listener();
}

/** The media code is fetched on the press, so that the watch itself opens without it. */
async function enter(session: string, camera: boolean): Promise<Connection> {
  const [{ RoomConnection }, { openDevices }] = await Promise.all([import('../lib/media/room'), import('../lib/media/devices')]);
  const { stream } = await openDevices();
  const room = new RoomConnection({
    session,
    stream,
    ...roomCalls(session),
    onState: (state) => become({ state }),
    onRoster: (roster) => become({ roster }),
    onTiles: (tiles) => become({ tiles }),
    onEncryption: (encryption) => become({ encryption }),
  });
  room.setCamera(camera);
  await room.join();
  return room;
}

/** From a press. */
export function joinRoom(session: string, camera: boolean): void {
  connection?.leave();
  become({ joining: true });
  enter(session, camera)
    .then((entered) => (connection = entered))
    .catch(() => become({ state: { name: 'ended', why: 'refused', code: 'media', detail: w.waiting.videoFailed } }))
    .finally(() => become({ joining: false }));
}

/** From a press: go on although somebody's browser cannot encrypt. */
export const agreeToOpen = (): void => connection?.agreeToOpen();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const usePlace = (): Place => useSyncExternalStore(subscribe, () => place);
