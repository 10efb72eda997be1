/**
 * One coming-in: a ticket, a socket, a peer connection. It is used once; RoomConnection makes the next one.
 * The messages are those of proto/signalling.md.
 */

import { startGate } from './e2ee/gate';
import { makeOwnKeys } from './e2ee/key-exchange';
import { KeyRing, type ForRing, type Standing } from './e2ee/key-ring';
import { houseKey } from './e2ee/roster-signature';
import { canEncrypt, startCipher, type Cipher } from './e2ee/transform';
import type { EndReason, IceServer, RosterEntry, TicketRequest } from './types';

/** How many others a room can show: therapist, patient, sitter, two invited, less oneself. */
export const SLOTS = 4;

/** The house says that it is here every second; silence this long is a dead socket. */
const SILENCE_MAX_MS = 4000;
/** A disconnected line often comes back by itself; longer than this it is faster to come in again. */
const DISCONNECTED_MAX_MS = 1500;
/** From nothing to the door, ticket included: six round trips of a very slow line. A request can hang for minutes. */
const DOOR_MAX_MS = 8000;
/** From the offer to a connected line; beyond it something is in the way, and a new line may find another. */
const CONNECT_MAX_MS = 10_000;
/** One camera at conversation size: enough for a face, little enough for a home's uplink. And a quarter of its picture, for whose line carries no more: the house chooses for each. */
const SIZES: RTCRtpEncodingParameters[] = [
  { rid: 's', scaleResolutionDownBy: 2, maxBitrate: 150_000 },
  { rid: 'l', maxBitrate: 1_000_000 },
];

/** All in one line, so that there is one way to find. */
const POLICY: RTCConfiguration = { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };

/** Whom a slot shows, and the tracks it does it with. */
export type SlotView = { person: string | null; audio: MediaStreamTrack; video: MediaStreamTrack; videoMid: string };

export type LineEnd =
  /** Try again with a new ticket. */
  | { again: true; refused: boolean; code: string; detail: string }
  /** For good. */
  | { again: false; why: EndReason; code: string; detail: string };

export type LineEvents = {
  onWaiting: (since_at: number) => void;
  onAdmitted: () => void;
  onConnected: () => void;
  onRoster: (roster: RosterEntry[]) => void;
  onSlots: (slots: SlotView[]) => void;
  onNotice: (code: string, person: string) => void;
  /** `standing` of this line has changed. */
  onStanding: () => void;
  /** At most once. */
  onEnd: (end: LineEnd) => void;
};

export type LineOptions = {
  url: string;
  session: string;
  device: string;
  certificate: RTCCertificate;
  stream: MediaStream | null;
  ticket: (request: TicketRequest) => Promise<string>;
  rosterKey: () => Promise<string>;
  iceServers: () => Promise<IceServer[]>;
  events: LineEvents;
};

type FromHouse =
  | { type: 'waiting'; since_at: number }
  | { type: 'admitted'; slots: number }
  | { type: 'answer'; sdp: string }
  | { type: 'slots'; slots: { audio: string; video: string; person: string | null }[] }
  | { type: 'roster'; people: RosterEntry[] }
  | { type: 'notice'; code: string; person: string }
  | ForRing
  | { type: 'media_lost' }
  | { type: 'beat'; now_at: number }
  | { type: 'ended'; why: EndReason; code: string; detail: string; again: boolean };

export class Line {
  readonly connection: RTCPeerConnection;
  readonly #options: LineOptions;
  readonly #cipher: Cipher;
  /** Null where this browser or this house cannot encrypt. */
  #ring: KeyRing | null = null;
  #standing: Standing | null = null;
  #isOpen = false;
  #agrees = { wanted: false, told: false };
  #isAnswered = false;
  #socket: WebSocket | null = null;
  #offer = '';
  #isOver = false;
  #isConnected = false;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #patience: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    this.connection = new RTCPeerConnection({ ...POLICY, certificates: [options.certificate] });
    this.connection.onconnectionstatechange = () => this.#onConnectionState();
    this.#cipher = canEncrypt()
      ? startCipher((report) => {
          if (report.kind === 'failed') this.#become({ kind: 'stopped', why: 'failed' });
          this.#ring?.report(report);
        })
      : startGate();
  }

  /** How this line stands with the others; null where nothing can be encrypted. */
  get standing(): Standing | null {
    return this.#standing;
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#isOver;
  }

  /** Makes the offer, spends a ticket, opens the socket. What becomes of it is told by events. */
  async open(): Promise<void> {
    this.#patience = setTimeout(() => this.#lost('door'), DOOR_MAX_MS);
    try {
      const ring = canEncrypt() ? this.#makeRing() : null;
      // Awaited below, and its failure is told there.
      ring?.catch(() => undefined);
      addTransceivers(this.connection, this.#options.stream);
      this.#attach();
      const offer = await this.connection.createOffer();
      this.#offer = offer.sdp ?? '';
      const [token, iceServers] = await Promise.all([
        this.#options.ticket({ fingerprint: fingerprintOf(this.#offer), device: this.#options.device }),
        // A relay is a second way; without it the first one is tried alone.
        this.#options.iceServers().catch(() => []),
      ]);
      this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
      await this.connection.setLocalDescription(offer);
      await ring;
      if (!this.#isOver) this.#speak(token);
    } catch (error) {
      this.#end(endOf(error));
    }
  }

  /** Says something, if there is someone to hear it. */
  send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Sends other tracks from now on. */
  async replaceTracks(stream: MediaStream): Promise<void> {
    for (const transceiver of this.connection.getTransceivers()) {
      if (transceiver.direction !== 'sendonly') continue;
      const kind = transceiver.receiver.track.kind;
      await this.#cipher.replaceTrack(transceiver.sender, stream.getTracks().find((track) => track.kind === kind) ?? null);
    }
  }

  /** Stops or starts the own picture on the wire; the camera itself stays as it is. */
  async setSendsPicture(on: boolean): Promise<void> {
    const sender = this.connection.getSenders().find((one) => one.track?.kind === 'video');
    const parameters = sender?.getParameters();
    if (sender === undefined || parameters === undefined) return;
    for (const encoding of parameters.encodings) encoding.active = on;
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** True lets sound and pictures through in the clear, both ways: only once everyone has agreed. */
  setOpen(on: boolean): void {
    if (this.#isOpen === on) return;
    this.#isOpen = on;
    this.#cipher.take({ kind: 'open', on });
  }

  /** Tells the house whether this person agrees to that. Before the answer it would be forgotten: who comes anew is asked anew. */
  agreeOpen(on: boolean): void {
    this.#agrees.wanted = on;
    if (!this.#isAnswered || this.#agrees.told === on) return;
    this.#agrees.told = on;
    this.send({ type: 'agree_open', on });
  }

  /** Ends without a word to anyone: the page has a newer line. */
  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#close();
  }

  /** Says goodbye and ends. */
  leave(): void {
    this.send({ type: 'bye' });
    this.drop();
  }

  #speak(token: string): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#hearSomething();
    const hello = this.#ring === null ? { token } : { token, public_key: this.#ring.public_key };
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', ...hello }));
    socket.onmessage = (event: MessageEvent<string>) => {
      this.#hearSomething();
      void this.#hear(JSON.parse(event.data) as FromHouse);
    };
    // An open that fails fires both; #end acts on the first.
    socket.onerror = () => this.#lost('socket');
    socket.onclose = () => this.#lost('socket');
  }

  async #hear(message: FromHouse): Promise<void> {
    const events = this.#options.events;
    if (this.#isOver) return;
    switch (message.type) {
      case 'waiting':
        this.#stopPatience();
        return events.onWaiting(message.since_at);
      case 'admitted':
        events.onAdmitted();
        this.#stopPatience();
        this.#patience = setTimeout(() => this.#lost('connect'), CONNECT_MAX_MS);
        return this.send({ type: 'offer', sdp: this.#offer });
      case 'answer':
        this.#isAnswered = true;
        this.agreeOpen(this.#agrees.wanted);
        return this.connection.setRemoteDescription({ type: 'answer', sdp: message.sdp }).catch(() => this.#lost('answer'));
      case 'slots':
        this.#seat(message.slots);
        return events.onSlots(message.slots.flatMap((slot) => this.#slot(slot)));
      case 'roster':
        return events.onRoster(message.people);
      case 'notice':
        return events.onNotice(message.code, message.person);
      case 'devices':
      case 'key':
      case 'key_had':
        return this.#ring?.hear(message);
      case 'media_lost':
        return this.#lost('media');
      case 'beat':
        return;
      case 'ended': {
        const { code, detail } = message;
        return this.#end(message.again ? { again: true, refused: true, code, detail } : { again: false, why: message.why, code, detail });
      }
    }
  }

  /**
   * Before the offer: Chromium leaves a receiver's transform that is set later without a frame, and plays what comes.
   * Lines have no mids yet, so a slot goes by its place. Until the house says who is in one, nobody is.
   */
  #attach(): void {
    const transceivers = this.connection.getTransceivers();
    transceivers.forEach(({ direction, sender, receiver }, at) => {
      const media = receiver.track.kind === 'video' ? 'video' : 'audio';
      if (direction === 'sendonly') return this.#cipher.attach(sender, { side: 'send', media });
      this.#cipher.attach(receiver, { side: 'receive', media, slot: placeOf(at) });
      this.#cipher.take({ kind: 'seat', slot: placeOf(at), numbers: [] });
    });
  }

  #seat(slots: { audio: string; person: string | null }[]): void {
    const mids = this.connection.getTransceivers().map(({ mid }) => mid);
    this.#ring?.seat(slots.map(({ audio, person }) => ({ slot: placeOf(mids.indexOf(audio)), person })));
  }

  async #makeRing(): Promise<void> {
    const [own, rosterKey] = await Promise.all([makeOwnKeys(), this.#options.rosterKey()]);
    const house = await houseKey(rosterKey);
    if (house === null || this.#isOver) return;
    this.#ring = new KeyRing({ room: this.#options.session, own, house, cipher: this.#cipher, send: (message) => this.send(message), onStanding: (standing) => this.#become(standing) });
    // The worker may have died before there was anybody to tell.
    if (this.#standing?.kind === 'stopped') this.#ring.report({ kind: 'failed' });
    else this.#become({ kind: 'waiting', missing: [] });
  }

  #become(standing: Standing): void {
    this.#standing = standing;
    this.#options.events.onStanding();
  }

  #slot(slot: { audio: string; video: string; person: string | null }): SlotView[] {
    const track = (mid: string) => this.connection.getTransceivers().find((one) => one.mid === mid)?.receiver.track;
    const [audio, video] = [track(slot.audio), track(slot.video)];
    return audio === undefined || video === undefined ? [] : [{ person: slot.person, audio, video, videoMid: slot.video }];
  }

  #onConnectionState(): void {
    const state = this.connection.connectionState;
    if (state === 'connected') {
      this.#stopPatience();
      if (!this.#isConnected) {
        this.#isConnected = true;
        this.#options.events.onConnected();
      }
    } else if (state === 'disconnected') {
      this.#stopPatience();
      this.#patience = setTimeout(() => this.#lost('disconnected'), DISCONNECTED_MAX_MS);
    } else if (state === 'failed' || state === 'closed') {
      this.#lost('failed');
    }
  }

  #hearSomething(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost('silence'), SILENCE_MAX_MS);
  }

  #stopPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #lost(where: string): void {
    this.#end({ again: true, refused: false, code: `room.lost_${where}`, detail: '' });
  }

  /**
   * A line that may be tried again keeps its media until the next one is connected: sound survives a socket.
   * Whoever hears onEnd calls drop().
   */
  #end(end: LineEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (end.again) this.#closeSocket();
    else this.#close();
    this.#options.events.onEnd(end);
  }

  #closeSocket(): void {
    this.#stopPatience();
    if (this.#silence !== null) clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close();
  }

  #close(): void {
    this.#closeSocket();
    this.closeMedia();
  }

  /** The media of a line that is over. */
  closeMedia(): void {
    this.connection.onconnectionstatechange = null;
    this.connection.close();
    this.#ring?.stop();
    this.#cipher.stop();
  }
}

/** Slots first, in pairs, then one's own: the order that proto/signalling.md asks for. */
function addTransceivers(connection: RTCPeerConnection, stream: MediaStream | null): void {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    connection.addTransceiver('audio', { direction: 'recvonly' });
    connection.addTransceiver('video', { direction: 'recvonly' });
  }
  if (stream !== null) {
    connection.addTransceiver(stream.getAudioTracks()[0] ?? 'audio', { direction: 'sendonly' });
    connection.addTransceiver(stream.getVideoTracks()[0] ?? 'video', { direction: 'sendonly', sendEncodings: SIZES });
  }
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const wanted = codecs.filter((codec) => ['video/vp8', 'video/rtx'].includes(codec.mimeType.toLowerCase()));
  for (const transceiver of connection.getTransceivers()) {
    if (transceiver.receiver.track.kind === 'video' && wanted.length > 0) transceiver.setCodecPreferences(wanted);
  }
}

/** The slot of the line that was added at this place: they come in pairs. */
const placeOf = (line: number): string => String(Math.floor(line / 2));

/** 32 pairs with colons. Another hash than SHA-256 gives nothing, and the ticket route says so. */
function fingerprintOf(sdp: string): string {
  return /^a=fingerprint:sha-256 (\S+)/im.exec(sdp)?.[1] ?? '';
}

/** A refusal of the ticket route that a repeat cannot cure ends the room; anything else is a line that dropped. */
function endOf(error: unknown): LineEnd {
  const refusal = typeof error === 'object' && error !== null ? (error as { status?: unknown; code?: unknown; detail?: unknown }) : {};
  const code = typeof refusal.code === 'string' ? refusal.code : 'room.no_ticket';
  const detail = typeof refusal.detail === 'string' ? refusal.detail : '';
  const isFinal = typeof refusal.status === 'number' && [401, 403, 404, 409, 410, 422].includes(refusal.status);
  const why = code === 'room.removed' ? 'removed' : code === 'room.closed' ? 'closed' : 'refused';
  return isFinal ? { again: false, why, code, detail } : { again: true, refused: false, code, detail };
}
