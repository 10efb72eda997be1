// Three priorities in the spirit of IEC 60601-1-8 (design.md §3): nudge once, late every 30 s, alarm every 5 s.
// A fourth of our own for the page that keeps watch alone: two tones to and fro, unlike any of the server's alarms.
// A browser gives sound only after a press: call `unlock` in one.

export type Priority = 'nudge' | 'late' | 'alarm' | 'lost';

interface Tone {
  hertz: number;
  at_s: number;
  for_s: number;
}

// Nudge: one soft tone. Late: two falling tones. Alarm: five tones, the general high-priority pattern c e g – g C.
const PATTERN: Record<Priority, readonly Tone[]> = {
  nudge: [{ hertz: 523, at_s: 0, for_s: 0.5 }],
  late: [
    { hertz: 659, at_s: 0, for_s: 0.28 },
    { hertz: 523, at_s: 0.34, for_s: 0.4 },
  ],
  alarm: [
    { hertz: 523, at_s: 0, for_s: 0.15 },
    { hertz: 659, at_s: 0.2, for_s: 0.15 },
    { hertz: 784, at_s: 0.4, for_s: 0.15 },
    { hertz: 784, at_s: 0.75, for_s: 0.15 },
    { hertz: 1047, at_s: 0.95, for_s: 0.3 },
  ],
  // reliability.md §2.8: 880/660 Hz.
  lost: [
    { hertz: 880, at_s: 0, for_s: 0.28 },
    { hertz: 660, at_s: 0.32, for_s: 0.28 },
    { hertz: 880, at_s: 0.64, for_s: 0.28 },
    { hertz: 660, at_s: 0.96, for_s: 0.45 },
  ],
};
const LOUDNESS: Record<Priority, number> = { nudge: 0.12, late: 0.3, alarm: 0.6, lost: 0.6 };
const REPEAT_MS: Record<Priority, number | null> = { nudge: null, late: 30_000, alarm: 5_000, lost: 5_000 };
const BUZZ: Record<Priority, number[]> = { nudge: [80], late: [200, 120, 200], alarm: [150, 80, 150, 80, 150, 200, 150, 80, 400], lost: [300, 100, 300, 100, 300, 100, 500] };
const RANK: Record<Priority, number> = { nudge: 0, late: 1, alarm: 2, lost: 3 };

export class Sound {
  private context: AudioContext | null = null;
  private looping: { priority: Priority; timer: ReturnType<typeof setInterval> } | null = null;
  private readonly watchers = new Set<() => void>();

  /** In a press. Resolves true when the device really lets us be heard. */
  async unlock(): Promise<boolean> {
    if (typeof AudioContext === 'undefined') return false;
    const is_new = this.context === null;
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = () => this.tell();
    }
    const was_silent = this.context.state !== 'running';
    if (was_silent) await this.context.resume().catch(() => undefined);
    // An alarm that began before anybody pressed is heard from the press on.
    if (this.looping !== null && (was_silent || is_new)) this.play(this.looping.priority);
    this.tell();
    return this.running();
  }

  /** Would an alarm be heard now? */
  running(): boolean {
    return this.context?.state === 'running';
  }

  onChange(listener: () => void): () => void {
    this.watchers.add(listener);
    return () => void this.watchers.delete(listener);
  }

  /** Once. */
  play(priority: Priority): void {
    // A phone that nobody has touched refuses to shake, and says so in the log.
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(BUZZ[priority]);
    const context = this.context;
    if (context === null) return;
    if (context.state !== 'running') void context.resume().catch(() => undefined);
    for (const tone of PATTERN[priority]) strike(context, tone, LOUDNESS[priority]);
  }

  /** Now and again, until `quiet`. A higher priority takes over; the same or a lower one changes nothing. */
  sound(priority: Priority): void {
    if (this.looping !== null && RANK[this.looping.priority] >= RANK[priority]) return;
    this.quiet();
    this.play(priority);
    const every_ms = REPEAT_MS[priority];
    if (every_ms === null) return;
    this.looping = { priority, timer: setInterval(() => this.play(priority), every_ms) };
  }

  quiet(): void {
    if (this.looping === null) return;
    clearInterval(this.looping.timer);
    this.looping = null;
  }

  /** What should be heard from now on; null is silence. Unlike `sound`, this also steps down. */
  only(priority: Priority | null): void {
    if (this.looping?.priority === priority) return;
    this.quiet();
    if (priority !== null) this.sound(priority);
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

function strike(context: AudioContext, { hertz, at_s, for_s }: Tone, loudness: number): void {
  const starts = context.currentTime + at_s;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, starts);
  gain.gain.linearRampToValueAtTime(loudness, starts + 0.015);
  gain.gain.setValueAtTime(loudness, starts + for_s * 0.6);
  gain.gain.exponentialRampToValueAtTime(0.0001, starts + for_s);
  gain.connect(context.destination);
  for (const [harmonic, share] of [[1, 1], [2, 0.35], [3, 0.2]] as const) {
    const voice = context.createOscillator();
    const part = context.createGain();
    part.gain.value = share / 1.55;
    voice.frequency.value = hertz * harmonic;
    voice.connect(part).connect(gain);
    voice.start(starts);
    voice.stop(starts + for_s + 0.02);
  }
}

/** The page's one voice. */
export const sound = new Sound();
