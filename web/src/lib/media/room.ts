/**
 * One person's place in one video room: join, wait, be admitted, see and hear, come back by itself.
 *
 *   const room = new RoomConnection({ session, stream, ticket, onState, onRoster, onTiles });
 *   <button onClick={() => room.join()}>      // join() must run inside a press: it starts the sound
 *   room.leave();                              // on unmount too; harmless twice
 *
 * `ticket` posts {fingerprint, device} to /api/rooms/{session}/ticket and answers the token; if it throws an
 * object with a `code` that a repeat cannot cure (status 401, 403, 404, 409), the room ends with why "refused".
 * All types are in types.ts. Devices are opened with openDevices() in devices.ts, before the room exists.
 */

import type { RoomOptions, RoomState } from "./types";

export class RoomConnection {
  constructor(options: RoomOptions) {
    this.#options = options;
  }

  readonly #options: RoomOptions;

  /** The state last told to onState. */
  get state(): RoomState {
    return { name: "idle" };
  }

  /** Joins. Call it from a press. Settles when waiting, live or ended; never rejects. */
  async join(): Promise<void> {}

  /** Leaves for good and stops every timer; the stream stays with the page. */
  leave(): void {}

  /** Sends this stream from now on (a device was changed, or came back); no reconnect. */
  replaceStream(_stream: MediaStream): void {}

  /** The person's own switches. Everyone sees them in the roster. */
  setCamera(_on: boolean): void {}
  setMicrophone(_on: boolean): void {}

  /** Plays all sound through this output, where the browser can (not in Safari). */
  async setSpeaker(_deviceId: string): Promise<void> {}

  /** 0 silences all remote sound, 1 is full. For the patient's dark session. */
  setVolume(_volume: number): void {}

  /** False stops receiving pictures (sound stays); true asks for them again. */
  setPictures(_on: boolean): void {}

  /** After a room.sound_blocked notice, from a press. */
  async resumeSound(): Promise<void> {}
}
