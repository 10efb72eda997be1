/**
 * The words of the video room, as pages see them. No React, no prose: sentences come from words/en.ts,
 * keyed by the codes below. How to use them is shown at the top of room.ts.
 */

import type { Encryption } from './e2ee/agreement';

/** The roles that may be in a room. */
export type RoomRole = 'patient' | 'sitter' | 'therapist' | 'prescriber' | 'coordinator' | 'admin' | 'auditor';

/** Where one person of the roster is. `lost`: their line dropped a moment ago and their seat is held. */
export type Place = 'expected' | 'waiting' | 'present' | 'lost';

/** What a person's camera gives while it is on, as their own browser sees it: picture-check.ts. */
export type PictureIs = 'live' | 'dark' | 'frozen' | 'black' | 'stopped';

/** What a person's microphone gives while it is on: sound-check.ts. */
export type SoundIs = 'live' | 'silent' | 'stopped';

/** A word of another browser's, and when the server first heard it: microseconds UTC. */
export type Told<Is> = { is: Is; since_at: number };

/** One line of the roster. The server sends the whole roster on every change, to everyone who may see it. */
export type RosterEntry = {
  person: string;
  role: RoomRole;
  place: Place;
  /** Server clock, microseconds UTC. */
  since_at: number;
  /** The person's own switches; false until they are present. */
  camera: boolean;
  microphone: boolean;
  /** What the two give; null is "not known", and never counts as fine. */
  picture: Told<PictureIs> | null;
  sound: Told<SoundIs> | null;
  /** How good their line is, as their own browser says; null until it has. */
  quality: Score | null;
  /** Whether their browser encrypts end to end; null while they are not in the room. */
  encrypts: boolean | null;
  /** Whether they agree to talk in the clear because somebody's browser cannot. */
  agrees_open: boolean;
};

/**
 * One remote person's picture and sound. Keyed by `person`: the object changes, the key stays over reconnects.
 * Sound is played by RoomConnection itself; a page shows `video` in a muted, playsInline <video>.
 */
export type Tile = {
  person: string;
  role: RoomRole;
  place: Place;
  /** Only the picture; null while there is none or their camera is off. A new object means a new line: set srcObject again. */
  video: MediaStream | null;
  /** True when a picture was arriving and has stopped for more than 3 s though their camera is on. */
  frozen: boolean;
  camera: boolean;
  microphone: boolean;
  /** What their own browser says of the two; null is "not known". */
  picture: Told<PictureIs> | null;
  sound: Told<SoundIs> | null;
  /** As that person's own browser reports it; null until it has. */
  quality: Score | null;
};

/** 5 perfect, 4 good, 3 fair, 2 poor, 1 unusable. */
export type Score = 1 | 2 | 3 | 4 | 5;

/** What this browser measures about its own line, every 2 s while live. */
export type Quality = {
  score: Score;
  round_trip_ms: number | null;
  /** Worst of both directions over the last interval, 0 to 100. */
  loss_percent: number;
  jitter_ms: number;
  /** What the browser believes it could send, kilobits per second. */
  uplink_kbps: number | null;
  /** True while the room has stopped receiving pictures to keep the sound. */
  audio_only: boolean;
};

/** Why a room ended for good. Only pressing join again can help, and for some not even that. */
export type EndReason =
  /** leave() was called. */
  | 'left'
  /** The therapist removed this person; no way back. */
  | 'removed'
  /** This person has joined from another device, which keeps the seat. */
  | 'other_device'
  /** The same device joined again in another tab, which took the seat. */
  | 'replaced'
  /** The session is over, or its window is not open. */
  | 'closed'
  /** The server said no; `code` says why. */
  | 'refused';

/** Where this browser is. Exactly one at a time. */
export type RoomState =
  | { name: 'idle' }
  /** First join under way. */
  | { name: 'connecting' }
  /** In the waiting room: the therapist has to admit by name. */
  | { name: 'waiting'; since_at: number }
  /** Admitted and media connected. */
  | { name: 'live' }
  /** The line dropped; attempt counts from 1; goes on until it works or leave() is called. */
  | { name: 'reconnecting'; attempt: number; since: number }
  /** `code` is a problem code such as `room.removed`; `detail` the server's sentence, or empty when it is ours to say. */
  | { name: 'ended'; why: EndReason; code: string; detail: string };

/** Something a person should hear about, once. */
export type Notice =
  /** To the therapist: this person tried to join from a second device and was refused. */
  | { code: 'room.other_device_refused'; person: string }
  /** The browser refused to play sound until something is pressed: call resumeSound() from a press. */
  | { code: 'room.sound_blocked' }
  /** Camera or microphone stopped by itself (a phone call, an unplugged headset): offer openDevices() again. */
  | { code: 'room.camera_ended' }
  | { code: 'room.microphone_ended' }
  /** The line became too weak for pictures: sound only. And back. */
  | { code: 'room.audio_only_on' }
  | { code: 'room.audio_only_off' };

/** A relay for networks that let no media through, with a name and a password that are good for a while. */
export type IceServer = { urls: string[]; username: string; credential: string };

/** What the ticket route needs: POST /api/rooms/{session}/ticket takes exactly this. */
export type TicketRequest = { fingerprint: string; device: string };

/** Everything a RoomConnection needs from its page. */
export type RoomOptions = {
  session: string;
  /** Asks the gateway for a fresh one-use ticket. Called for every join and every rejoin. */
  ticket: (request: TicketRequest) => Promise<string>;
  /** Asks the gateway what lists of devices are signed with: GET /api/video/roster-key. Called until it answers once. */
  rosterKey: () => Promise<string>;
  /** Asks for other ways in than straight to the house: GET /api/video/sessions/{session}/ice-servers. Called for every join. */
  iceServers: () => Promise<IceServer[]>;
  /** From openDevices(). null joins without sending (a prescriber looking in). */
  stream: MediaStream | null;
  onState: (state: RoomState) => void;
  onRoster: (roster: RosterEntry[]) => void;
  /** All remote people who are in the room with this one, therapist first, then patient, sitter, others. */
  onTiles: (tiles: Tile[]) => void;
  onQuality?: (quality: Quality) => void;
  /** person → 0..1, about ten times a second while live; for meters that must not re-render a page. */
  onLevels?: (levels: ReadonlyMap<string, number>) => void;
  onNotice?: (notice: Notice) => void;
  /** How the call is encrypted; a page shows it in words, all the time. */
  onEncryption?: (encryption: Encryption) => void;
  /** Default: wss on this page's host, /api/video/signal. */
  url?: string;
};
