/**
 * Looks at the own camera and listens to the own microphone, four times a second, and says what they give.
 * Only here can it be seen that a picture is black or stands still: what leaves is encrypted.
 */

import { PictureCheck, type PictureLook } from './picture-check';
import { SoundCheck, type SoundLook } from './sound-check';
import type { PictureIs, SoundIs } from './types';

const LOOK_EVERY_MS = 250;
/** Small enough to cost nothing, large enough that some of its points show a lens's noise. */
const WIDE = 64;
const HIGH = 48;

/** What the own devices give; null where it is not known. */
export type Sends = { picture: PictureIs | null; sound: SoundIs | null };

/** The loudest sample of about the last quarter second; null while the browser lets no page hear. */
export type Ear = { peak: () => number | null; close: () => void };

export type OwnMediaOptions = {
  onSends: (sends: Sends) => void;
  earOf: (track: MediaStreamTrack) => Ear | null;
};

type Device<T> = { track: MediaStreamTrack | null; on: boolean; sense: T | null };

export class OwnMedia {
  readonly #options: OwnMediaOptions;
  #camera: Device<Eye> = { track: null, on: false, sense: null };
  #microphone: Device<Ear> = { track: null, on: false, sense: null };
  #picture = new PictureCheck();
  #sound = new SoundCheck();
  #timer: ReturnType<typeof setInterval> | null = null;
  #sends: Sends = { picture: null, sound: null };

  constructor(options: OwnMediaOptions) {
    this.#options = options;
  }

  /** What was told last. */
  get sends(): Sends {
    return this.#sends;
  }

  /** Watches these devices, switched like this, from now on. */
  follow(stream: MediaStream | null, camera: boolean, microphone: boolean): void {
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    const [picture, sound] = [stream?.getVideoTracks()[0] ?? null, stream?.getAudioTracks()[0] ?? null];
    this.#camera = next(this.#camera, picture, camera, eyeOf);
    this.#microphone = next(this.#microphone, sound, microphone, this.#options.earOf);
  }

  /** Frames encoded so far; null while none are to be sent. */
  encoded(frames: number | null): void {
    this.#picture.encoded(this.#camera.on ? frames : null, performance.now());
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#camera.sense?.close();
    this.#microphone.sense?.close();
    this.#camera = { track: null, on: false, sense: null };
    this.#microphone = { track: null, on: false, sense: null };
    [this.#picture, this.#sound] = [new PictureCheck(), new SoundCheck()];
    this.#sends = { picture: null, sound: null };
  }

  #look(): void {
    const now = performance.now();
    const picture = this.#picture.look(seen(this.#camera), now);
    const sound = this.#sound.look(heard(this.#microphone), now);
    if (picture === this.#sends.picture && sound === this.#sends.sound) return;
    this.#sends = { picture, sound };
    this.#options.onSends(this.#sends);
  }
}

function next<T extends { close: () => void }>(before: Device<T>, track: MediaStreamTrack | null, on: boolean, open: (track: MediaStreamTrack) => T | null): Device<T> {
  if (track === before.track) return { ...before, on };
  before.sense?.close();
  return { track, on, sense: track === null ? null : open(track) };
}

const hasStopped = (track: MediaStreamTrack): boolean => track.readyState === 'ended' || track.muted;

function seen({ track, on, sense }: Device<Eye>): PictureLook {
  if (track === null || !on) return { kind: 'off' };
  if (hasStopped(track)) return { kind: 'stopped' };
  return sense?.look() ?? { kind: 'blind' };
}

function heard({ track, on, sense }: Device<Ear>): SoundLook {
  if (track === null || !on) return { kind: 'off' };
  if (hasStopped(track)) return { kind: 'stopped' };
  const peak = sense?.peak() ?? null;
  return peak === null ? { kind: 'deaf' } : { kind: 'sound', peak };
}

type Eye = { look: () => PictureLook; close: () => void };

/** Null where pages cannot draw off the screen, or may not read what they drew. */
function eyeOf(track: MediaStreamTrack): Eye | null {
  const brush = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(WIDE, HIGH).getContext('2d', { willReadFrequently: true });
  if (brush === null || !readsTrue(brush)) return null;
  // One point of the picture for each of the copy: an average would smooth away the noise that tells a lens from a photograph.
  brush.imageSmoothingEnabled = false;
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const play = (): void => void video.play().catch(() => undefined);
  play();
  return {
    look: () => {
      if (document.visibilityState === 'hidden') return { kind: 'blind' };
      if (video.paused) play();
      if (video.paused || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return { kind: 'blind' };
      brush.drawImage(video, 0, 0, WIDE, HIGH);
      return { kind: 'picture', luma: lumaOf(brush), frames: video.getVideoPlaybackQuality().totalVideoFrames };
    },
    close: () => {
      video.pause();
      video.srcObject = null;
    },
  };
}

/** Some browsers hand a page other points than it drew, against being recognised. Then nothing that is read means anything. */
function readsTrue(brush: OffscreenCanvasRenderingContext2D): boolean {
  const shades = [12, 96, 200];
  shades.forEach((shade, at) => {
    brush.fillStyle = `rgb(${shade} ${shade} ${shade})`;
    brush.fillRect(at, 0, 1, HIGH);
  });
  const { data } = brush.getImageData(0, 0, shades.length, HIGH);
  return data.every((value, at) => at % 4 === 3 || value === shades[Math.floor(at / 4) % shades.length]);
}

/** BT.601 in whole numbers. */
function lumaOf(brush: OffscreenCanvasRenderingContext2D): Uint8Array {
  const { data } = brush.getImageData(0, 0, WIDE, HIGH);
  const part = (at: number): number => data[at] ?? 0;
  return Uint8Array.from({ length: WIDE * HIGH }, (_, at) => (77 * part(4 * at) + 150 * part(4 * at + 1) + 29 * part(4 * at + 2)) >> 8);
}
