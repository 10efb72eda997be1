/**
 * Camera, microphone and speaker: opening them, meters, and what to do when they will not open.
 *
 *   const devices = await openDevices();               // asks for both; falls back to one
 *   if (!devices.camera.ok) words.devices[devices.camera.trouble]
 *   const meter = new LevelMeter(devices.stream, (level) => …);   // 0..1, ten times a second
 *   await playTone(speakerId);                         // from a press; two soft notes
 */

import { Meter, newContext } from './sound';

/** Why a device did not open; the page says in words/en what to do about each. */
export type DeviceTrouble =
  /** The person (or a policy) said no. Show where the browser keeps its permission. */
  | 'denied'
  /** Nothing of that kind is plugged in. */
  | 'missing'
  /** Another program is using it. */
  | 'busy'
  /** It exists but cannot do what was asked (very old camera). */
  | 'unsuitable'
  /** The page is not on https or localhost. */
  | 'insecure'
  /** The browser has no such feature. */
  | 'unsupported';

export type DeviceResult = { ok: true; label: string; deviceId: string } | { ok: false; trouble: DeviceTrouble };

export type OpenedDevices = {
  /** null only when both failed. */
  stream: MediaStream | null;
  camera: DeviceResult;
  microphone: DeviceResult;
};

export type DeviceChoice = { camera?: string; microphone?: string };

const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 }, facingMode: 'user' };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const METER_EVERY_MS = 100;

/** Opens both, or whichever opens. Never rejects. */
export async function openDevices(choice: DeviceChoice = {}): Promise<OpenedDevices> {
  const video: MediaTrackConstraints = choice.camera === undefined ? PICTURE : { ...PICTURE, facingMode: undefined, deviceId: { exact: choice.camera } };
  const audio: MediaTrackConstraints = choice.microphone === undefined ? VOICE : { ...VOICE, deviceId: { exact: choice.microphone } };
  const both = await open({ video, audio });
  if (both instanceof MediaStream) return opened(both, both);
  // One prompt failed for both: ask for each alone, so that a missing camera does not cost the voice.
  const [alone, voice] = [await open({ video }), await open({ audio })];
  return opened(alone, voice);
}

/** Stops every track: the camera's light goes out. */
export function closeDevices(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export type DeviceList = { cameras: MediaDeviceInfo[]; microphones: MediaDeviceInfo[]; speakers: MediaDeviceInfo[] };

/** What is plugged in. Labels are empty until a device was allowed once. */
export async function listDevices(): Promise<DeviceList> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId !== '');
  return { cameras: of('videoinput'), microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** Calls back whenever something is plugged in or out; answers how to stop. */
export function onDevicesChanged(listener: () => void): () => void {
  navigator.mediaDevices?.addEventListener('devicechange', listener);
  return () => navigator.mediaDevices?.removeEventListener('devicechange', listener);
}

/** Whether the page may choose an output at all. */
export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
}

/** How loud the own microphone is. Close it. */
export class LevelMeter {
  readonly #context: AudioContext | null = newContext();
  readonly #timer: ReturnType<typeof setInterval> | null;
  readonly #meter: Meter | null;

  constructor(stream: MediaStream | null, onLevel: (level: number) => void) {
    const hears = stream !== null && stream.getAudioTracks().length > 0;
    this.#meter = hears && this.#context !== null ? new Meter(this.#context, stream) : null;
    this.#timer = this.#meter === null ? null : setInterval(() => onLevel(this.#meter?.level() ?? 0), METER_EVERY_MS);
    void this.#context?.resume().catch(() => undefined);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#meter?.close();
    void this.#context?.close();
  }
}

/** Plays two soft notes through an output. From a press. Settles when they are over. */
export async function playTone(speakerId = ''): Promise<void> {
  const context = newContext();
  if (context === null) return;
  await context.resume();
  if (speakerId !== '' && 'setSinkId' in context) await (context as SinkContext).setSinkId(speakerId).catch(() => undefined);
  await Promise.all([note(context, 523.25, 0), note(context, 659.25, 0.5)]);
  await context.close();
}

type SinkContext = AudioContext & { setSinkId: (id: string) => Promise<void> };

function note(context: AudioContext, frequency: number, startsIn: number): Promise<void> {
  const start = context.currentTime + startsIn;
  const [oscillator, gain] = [context.createOscillator(), context.createGain()];
  oscillator.frequency.value = frequency;
  // Soft edges: a click is not a tone, and startles.
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.2, start + 0.05);
  gain.gain.linearRampToValueAtTime(0, start + 0.45);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.5);
  return new Promise((resolve) => (oscillator.onended = () => resolve()));
}

/** Keeps the screen on while something is on it; call it from a press. Answers how to let go. */
export async function keepAwake(): Promise<() => void> {
  const lock = await navigator.wakeLock?.request('screen').catch(() => null);
  return () => void lock?.release().catch(() => undefined);
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStream | DeviceTrouble> {
  if (!window.isSecureContext) return 'insecure';
  if (navigator.mediaDevices === undefined) return 'unsupported';
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    return troubleOf(error);
  }
}

/** The names of DOMException that getUserMedia uses (W3C Media Capture §10.2). */
export function troubleOf(error: unknown): DeviceTrouble {
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return 'denied';
    case 'SecurityError':
      return 'insecure';
    case 'NotFoundError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'OverconstrainedError':
      return 'unsuitable';
    default:
      return 'unsupported';
  }
}

function opened(video: MediaStream | DeviceTrouble, audio: MediaStream | DeviceTrouble): OpenedDevices {
  const tracks = [...new Set([...videoOf(video), ...audioOf(audio)])];
  return {
    stream: tracks.length === 0 ? null : new MediaStream(tracks),
    camera: result(video, videoOf(video)[0]),
    microphone: result(audio, audioOf(audio)[0]),
  };
}

function videoOf(stream: MediaStream | DeviceTrouble): MediaStreamTrack[] {
  return stream instanceof MediaStream ? stream.getVideoTracks() : [];
}

function audioOf(stream: MediaStream | DeviceTrouble): MediaStreamTrack[] {
  return stream instanceof MediaStream ? stream.getAudioTracks() : [];
}

function result(stream: MediaStream | DeviceTrouble, track: MediaStreamTrack | undefined): DeviceResult {
  if (!(stream instanceof MediaStream)) return { ok: false, trouble: stream };
  if (track === undefined) return { ok: false, trouble: 'missing' };
  return { ok: true, label: track.label, deviceId: track.getSettings().deviceId ?? '' };
}
