/**
 * All remote sound: one audio element per slot, started inside the press that joins, so that no browser refuses it.
 * The same elements play whatever line is current; only what they play changes.
 */

import type { Ear } from './own-media';

const METER_EVERY_MS = 100;
/** Below this a meter shows nothing: room noise. */
const FLOOR_DB = -60;

/** Samples between two looks at the own microphone, with some to spare: a third of a second at 48 kHz. */
const EAR_SAMPLES = 16_384;

export type SoundEvents = {
  onBlocked: () => void;
  /** slot → 0..1 */
  onLevels: (levels: ReadonlyMap<number, number>) => void;
};

type Slot = { element: HTMLAudioElement; track: MediaStreamTrack | null; meter: Meter | null };

export class Sound {
  readonly #events: SoundEvents;
  readonly #slots: Slot[] = [];
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #volume = 1;
  #speaker = '';

  constructor(events: SoundEvents) {
    this.#events = events;
  }

  /** Inside a press: makes the elements and lets the browser see that a person asked for sound. */
  open(slots: number): void {
    this.#context ??= newContext();
    void this.#context?.resume();
    while (this.#slots.length < slots) {
      const element = new Audio();
      element.autoplay = true;
      element.volume = this.#volume;
      const slot: Slot = { element, track: null, meter: null };
      this.#slots.push(slot);
      // Nothing plays yet: this only spends the press on the element, which Safari wants.
      element.srcObject = new MediaStream();
      element.play().catch(() => undefined);
    }
    this.#timer ??= setInterval(() => this.#measure(), METER_EVERY_MS);
  }

  /** What slot `index` plays from now on. */
  play(index: number, track: MediaStreamTrack | null): void {
    const slot = this.#slots[index];
    if (slot === undefined || slot.track === track) return;
    slot.track = track;
    slot.meter?.close();
    slot.meter = null;
    if (track === null) {
      slot.element.srcObject = null;
      return;
    }
    const stream = new MediaStream([track]);
    slot.element.srcObject = stream;
    slot.meter = this.#context === null ? null : new Meter(this.#context, stream);
    this.#start(slot.element);
  }

  /** From a press, after onBlocked. */
  async resume(): Promise<void> {
    await this.#context?.resume();
    await Promise.allSettled(this.#slots.filter((slot) => slot.track !== null).map((slot) => slot.element.play()));
  }

  setVolume(volume: number): void {
    this.#volume = Math.min(1, Math.max(0, volume));
    for (const slot of this.#slots) slot.element.volume = this.#volume;
  }

  async setSpeaker(deviceId: string): Promise<void> {
    this.#speaker = deviceId;
    await Promise.all(this.#slots.map((slot) => setSink(slot.element, deviceId)));
  }

  /** An ear for the own microphone, in the same context: a browser gives a page only a few. Null where it cannot hear this track. */
  earOf(track: MediaStreamTrack): Ear | null {
    const context = this.#context;
    if (context === null) return null;
    try {
      const meter = new Meter(context, new MediaStream([track]), EAR_SAMPLES);
      return { peak: () => (context.state === 'running' ? meter.peak() : null), close: () => meter.close() };
    } catch {
      return null;
    }
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const slot of this.#slots) {
      slot.meter?.close();
      slot.element.pause();
      slot.element.srcObject = null;
    }
    this.#slots.length = 0;
    void this.#context?.close();
    this.#context = null;
  }

  #start(element: HTMLAudioElement): void {
    if (this.#speaker !== '') void setSink(element, this.#speaker).catch(() => undefined);
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#events.onBlocked();
    });
  }

  #measure(): void {
    const levels = new Map<number, number>();
    this.#slots.forEach((slot, index) => {
      if (slot.meter !== null) levels.set(index, slot.meter.level());
    });
    if (levels.size > 0) this.#events.onLevels(levels);
  }
}

/** How loud a stream is, 0 to 1, on the scale an ear has. */
export class Meter {
  readonly #analyser: AnalyserNode;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(context: AudioContext, stream: MediaStream, samples = 1024) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = samples;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return power === 0 ? 0 : Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / FLOOR_DB));
  }

  /** The loudest sample, 0 to 1. */
  peak(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  close(): void {
    this.#source.disconnect();
  }
}

export function newContext(): AudioContext | null {
  return typeof AudioContext === 'undefined' ? null : new AudioContext();
}

async function setSink(element: HTMLAudioElement, deviceId: string): Promise<void> {
  if ('setSinkId' in element) await element.setSinkId(deviceId);
}
