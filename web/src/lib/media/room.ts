/**
 * One person's place in one video room: join, wait, be admitted, see and hear, come back by itself.
 *
 *   const room = new RoomConnection({ ...roomCalls(session), session, stream, onState, onRoster, onTiles });
 *   <button onClick={() => room.join()}>      // join() must run inside a press: it starts the sound
 *   room.leave();                              // on unmount too; harmless twice
 *
 * `ticket` posts {fingerprint, device} to /api/rooms/{session}/ticket and answers the token; if it throws an
 * object with a `status` that a repeat cannot cure (401, 403, 404, 409, 410, 422), the room ends.
 * All types are in types.ts. Devices are opened with openDevices() in devices.ts, before the room exists.
 */

import { askOnce } from './ask-once';
import { waitBefore } from './backoff';
import { NOTHING_ASKED, agreedBefore, encryptionOf, keepAgreed, openingOf, type Encryption, type Opening } from './e2ee/agreement';
import { Fallback } from './fallback';
import { Line, SLOTS, type LineEnd, type SlotView } from './line';
import { OwnMedia } from './own-media';
import { Sound } from './sound';
import { Gauge, asScore } from './stats';
import { TileBoard } from './tiles';
import { thisDevice } from './this-device';
import type { RoomOptions, RoomState, RosterEntry, Score } from './types';

const MEASURE_EVERY_MS = 1000;
/** Every second measurement is told: often enough to act on, seldom enough to read. */
const TELL_EVERY = 2;
/** A house that refuses fresh tickets this often in a row means it. */
const REFUSALS_MAX = 5;

export class RoomConnection {
  readonly #options: RoomOptions;
  readonly #tiles: TileBoard;
  readonly #sound: Sound;
  readonly #own: OwnMedia;
  #state: RoomState = { name: 'idle' };
  /** The line whose media plays. */
  #playing: Line | null = null;
  /** The line that is coming in; becomes the playing one when it is connected. */
  #coming: Line | null = null;
  #comingSlots: SlotView[] = [];
  #certificate: RTCCertificate | null = null;
  readonly #rosterKey: () => Promise<string>;
  #stream: MediaStream | null;
  #attempt = 0;
  #refusals = 0;
  #lostSince = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #measuring: ReturnType<typeof setInterval> | null = null;
  #gauge = new Gauge();
  #measured = 0;
  readonly #fallback = new Fallback();
  #wantsPictures = true;
  #camera = true;
  #microphone = true;
  /** Whose browsers, that cannot encrypt, this person has said yes to. */
  #agreedTo: ReadonlySet<string>;
  #roster: RosterEntry[] = [];
  #opening: Opening = NOTHING_ASKED;
  #toldEncryption = '';
  #settled: (() => void) | null = null;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#rosterKey = askOnce(options.rosterKey);
    this.#agreedTo = agreedBefore(options.session);
    this.#tiles = new TileBoard(options.onTiles);
    this.#sound = new Sound({
      onBlocked: () => options.onNotice?.({ code: 'room.sound_blocked' }),
      onLevels: (levels) => options.onLevels?.(this.#tiles.levels(levels)),
    });
    this.#own = new OwnMedia({
      earOf: (track) => this.#sound.earOf(track),
      onSends: (sends) => this.#tell({ type: 'sends', ...sends }),
    });
  }

  /** The state last told to onState. */
  get state(): RoomState {
    return this.#state;
  }

  /** Joins. Call it from a press. Settles when waiting, live or ended; never rejects. */
  join(): Promise<void> {
    if (this.#state.name !== 'idle' && this.#state.name !== 'ended') return Promise.resolve();
    this.#attempt = this.#refusals = 0;
    this.#sound.open(SLOTS);
    this.#own.follow(this.#stream, this.#camera, this.#microphone);
    this.#watchTracks();
    window.addEventListener('online', this.#onBetter);
    document.addEventListener('visibilitychange', this.#onBetter);
    window.addEventListener('pagehide', this.#onPageHide);
    this.#measuring ??= setInterval(() => void this.#measure(), MEASURE_EVERY_MS);
    this.#become({ name: 'connecting' });
    const settled = new Promise<void>((resolve) => (this.#settled = resolve));
    void this.#comeIn();
    return settled;
  }

  /** Leaves for good and stops every timer; the stream stays with the page. */
  leave(): void {
    this.#finish({ name: 'ended', why: 'left', code: '', detail: '' });
  }

  /** Sends this stream from now on (a device was changed, or came back); no reconnect. */
  replaceStream(stream: MediaStream): void {
    this.#stream = stream;
    this.#applySwitches();
    this.#watchTracks();
    for (const line of [this.#playing, this.#coming]) void line?.replaceTracks(stream).catch(() => undefined);
  }

  /** The person's own switches. Everyone sees them in the roster. */
  setCamera(on: boolean): void {
    this.#camera = on;
    this.#applySwitches();
  }

  setMicrophone(on: boolean): void {
    this.#microphone = on;
    this.#applySwitches();
  }

  /** Plays all sound through this output, where the browser can (not in Safari). */
  async setSpeaker(deviceId: string): Promise<void> {
    await this.#sound.setSpeaker(deviceId);
  }

  /** 0 silences all remote sound, 1 is full. For the patient's dark session. */
  setVolume(volume: number): void {
    this.#sound.setVolume(volume);
  }

  /** False stops receiving pictures (sound stays); true asks for them again. */
  setPictures(on: boolean): void {
    this.#wantsPictures = on;
    this.#tellPictures();
  }

  /** After a room.sound_blocked notice, from a press. */
  async resumeSound(): Promise<void> {
    await this.#sound.resume();
  }

  /** From a press: yes, talk in the clear although these people's browsers cannot encrypt. Nothing opens before all have said so. */
  agreeToOpen(): void {
    this.#agreedTo = new Set([...this.#agreedTo, ...this.#opening.who]);
    keepAgreed(this.#options.session, this.#agreedTo);
    this.#weighOpening(this.#roster);
  }

  /** Single-flight: a line that is coming in is the only one. */
  async #comeIn(): Promise<void> {
    if (this.#coming !== null || this.#state.name === 'ended') return;
    try {
      this.#certificate ??= await RTCPeerConnection.generateCertificate({ name: 'ECDSA', namedCurve: 'P-256' } as EcKeyGenParams);
    } catch {
      return this.#finish({ name: 'ended', why: 'refused', code: 'room.unsupported', detail: '' });
    }
    // leave() may have been called meanwhile, or another wake-up been faster.
    if (this.#coming !== null || this.isOver) return;
    const line: Line = new Line({
      url: this.#options.url ?? defaultUrl(),
      session: this.#options.session,
      device: thisDevice(),
      certificate: this.#certificate,
      stream: this.#stream,
      ticket: this.#options.ticket,
      rosterKey: this.#rosterKey,
      iceServers: this.#options.iceServers,
      events: {
        onWaiting: (since_at) => this.#become({ name: 'waiting', since_at }),
        onAdmitted: () => this.#onAdmitted(line),
        onConnected: () => this.#onConnected(line),
        onRoster: (roster) => this.#onRoster(roster),
        onSlots: (slots) => this.#onSlots(line, slots),
        onNotice: (code, person) => {
          if (code === 'room.other_device_refused') this.#options.onNotice?.({ code, person });
        },
        onStanding: () => this.#tellEncryption(),
        onEnd: (end) => this.#onEnd(line, end),
      },
    });
    this.#coming = line;
    this.#comingSlots = [];
    await line.open();
  }

  /** True once nothing more will happen. */
  get isOver(): boolean {
    return this.#state.name === 'ended';
  }

  #onAdmitted(line: Line): void {
    if (this.#state.name === 'waiting') this.#become({ name: 'connecting' });
    line.agreeOpen(this.#opening.agreed);
    line.send({ type: 'switches', camera: this.#sendsCamera(), microphone: this.#sendsMicrophone() });
    line.send({ type: 'sends', ...this.#own.sends });
  }

  #onConnected(line: Line): void {
    if (line !== this.#coming) return;
    this.#playing?.drop();
    this.#playing?.closeMedia();
    this.#playing = line;
    this.#coming = null;
    this.#attempt = this.#refusals = 0;
    this.#gauge = new Gauge();
    this.#tellPictures();
    this.#show(this.#comingSlots);
    this.#become({ name: 'live' });
    this.#tellEncryption();
  }

  #onSlots(line: Line, slots: SlotView[]): void {
    if (line === this.#coming) this.#comingSlots = slots;
    else if (line === this.#playing) this.#show(slots);
  }

  #show(slots: SlotView[]): void {
    slots.forEach((slot, index) => this.#sound.play(index, slot.person === null ? null : slot.audio));
    this.#tiles.setSlots(slots);
  }

  #onRoster(roster: RosterEntry[]): void {
    this.#options.onRoster(roster);
    this.#tiles.setRoster(roster);
    this.#weighOpening(roster);
  }

  #weighOpening(roster: RosterEntry[]): void {
    this.#roster = roster;
    this.#opening = openingOf(roster, this.#agreedTo);
    for (const line of [this.#playing, this.#coming]) line?.agreeOpen(this.#opening.agreed);
    this.#tellEncryption();
  }

  /** What is shown is what is done: a line is open only while the page says so. */
  #tellEncryption(): void {
    const of = (line: Line): Encryption => encryptionOf(this.#opening, line.standing);
    for (const line of [this.#playing, this.#coming]) if (line !== null) line.setOpen(of(line).kind === 'open');
    const shown = this.#playing ?? this.#coming;
    if (shown === null) return;
    const encryption = of(shown);
    const told = JSON.stringify(encryption);
    if (told === this.#toldEncryption) return;
    this.#toldEncryption = told;
    this.#options.onEncryption?.(encryption);
  }

  #onEnd(line: Line, end: LineEnd): void {
    if (line !== this.#coming && line !== this.#playing) return;
    if (line === this.#coming) {
      line.closeMedia();
      this.#coming = null;
    }
    if (!end.again) return this.#finish({ name: 'ended', why: end.why, code: end.code, detail: end.detail });
    this.#refusals = end.refused ? this.#refusals + 1 : 0;
    if (this.#refusals >= REFUSALS_MAX) return this.#finish({ name: 'ended', why: 'refused', code: end.code, detail: end.detail });
    this.#comeAgain();
  }

  /** The media of a line that lost only its socket plays on meanwhile. */
  #comeAgain(): void {
    if (this.#retry !== null || this.#coming !== null || this.isOver) return;
    if (this.#attempt === 0) this.#lostSince = Date.now();
    this.#attempt += 1;
    this.#become({ name: 'reconnecting', attempt: this.#attempt, since: this.#lostSince });
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#comeIn();
    }, waitBefore(this.#attempt));
  }

  /** The network is back, or the phone was unlocked: no reason to wait for the next attempt. */
  readonly #onBetter = (): void => {
    if (this.#retry === null || document.visibilityState === 'hidden') return;
    clearTimeout(this.#retry);
    this.#retry = null;
    void this.#comeIn();
  };

  /** A page that goes away for good says so, and the seat is free at once for the page that comes after. */
  readonly #onPageHide = (event: PageTransitionEvent): void => {
    if (!event.persisted) this.leave();
  };

  #finish(state: RoomState & { name: 'ended' }): void {
    if (this.isOver || this.#state.name === 'idle') return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#measuring !== null) clearInterval(this.#measuring);
    this.#retry = this.#measuring = null;
    window.removeEventListener('online', this.#onBetter);
    document.removeEventListener('visibilitychange', this.#onBetter);
    window.removeEventListener('pagehide', this.#onPageHide);
    for (const line of [this.#coming, this.#playing]) {
      line?.leave();
      line?.closeMedia();
    }
    this.#coming = this.#playing = null;
    this.#own.close();
    this.#sound.close();
    this.#tiles.clear();
    this.#become(state);
  }

  #become(state: RoomState): void {
    this.#state = state;
    this.#options.onState(state);
    if (state.name === 'waiting' || state.name === 'live' || state.name === 'ended') {
      this.#settled?.();
      this.#settled = null;
    }
  }

  #sendsCamera(): boolean {
    return this.#camera && this.#stream?.getVideoTracks().some((track) => track.readyState === 'live') === true;
  }

  #sendsMicrophone(): boolean {
    return this.#microphone && this.#stream?.getAudioTracks().some((track) => track.readyState === 'live') === true;
  }

  #applySwitches(): void {
    for (const track of this.#stream?.getVideoTracks() ?? []) track.enabled = this.#camera;
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = this.#microphone;
    if (this.#measuring !== null) this.#own.follow(this.#stream, this.#camera, this.#microphone);
    this.#tell({ type: 'switches', camera: this.#sendsCamera(), microphone: this.#sendsMicrophone() });
  }

  /** A phone call or an unplugged headset ends a track without asking. */
  #watchTracks(): void {
    for (const track of this.#stream?.getTracks() ?? []) {
      const code = track.kind === 'video' ? 'room.camera_ended' : 'room.microphone_ended';
      track.onended = () => {
        if (this.isOver || this.#stream?.getTracks().includes(track) !== true) return;
        this.#applySwitches();
        this.#options.onNotice?.({ code });
      };
    }
  }

  #tellPictures(): void {
    this.#tell({ type: 'pictures', on: this.#wantsPictures && !this.#fallback.audioOnly });
    void this.#playing?.setSendsPicture(!this.#fallback.audioOnly);
  }

  #tell(message: object): void {
    (this.#coming ?? this.#playing)?.send(message);
  }

  async #measure(): Promise<void> {
    const line = this.#playing;
    if (line === null || this.#state.name !== 'live') return;
    const reading = await this.#gauge.read(line.connection).catch(() => null);
    if (reading === null || line !== this.#playing) return;
    const score = asScore(reading.score);
    this.#tiles.setFrames(reading.frames, this.#fallback.audioOnly || !this.#wantsPictures);
    this.#own.encoded(this.#fallback.audioOnly ? null : reading.encoded);
    this.#fallBack(score);
    this.#measured += 1;
    if (this.#measured % TELL_EVERY !== 0) return;
    const { round_trip_ms, loss_percent, jitter_ms, uplink_kbps } = reading;
    this.#options.onQuality?.({ score, round_trip_ms, loss_percent, jitter_ms, uplink_kbps, audio_only: this.#fallback.audioOnly });
    this.#tell({ type: 'quality', score });
  }

  #fallBack(score: Score): void {
    if (!this.#fallback.measure(score)) return;
    this.#tellPictures();
    this.#options.onNotice?.({ code: this.#fallback.audioOnly ? 'room.audio_only_on' : 'room.audio_only_off' });
  }
}

function defaultUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/video/signal`;
}
