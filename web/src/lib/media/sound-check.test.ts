import { beforeEach, describe, expect, it } from 'vitest';
import { NOTHING, SoundCheck, type SoundLook } from './sound-check';
import type { SoundIs } from './types';

const EVERY_MS = 250;
const SPEECH = 0.2;
/** A quiet room after noise suppression. */
const ROOM = 0.0004;

class Microphone {
  check = new SoundCheck();
  now_ms = 10_000;
  is: SoundIs | null = null;
  /** Gives this for so long; answers after how many milliseconds something else was said, if it was. */
  gives(look: SoundLook | number, for_ms: number): number | null {
    const [before, from_ms] = [this.is, this.now_ms];
    let changed: number | null = null;
    for (let passed = 0; passed < for_ms; passed += EVERY_MS) {
      this.now_ms += EVERY_MS;
      this.is = this.check.look(typeof look === 'number' ? { kind: 'sound', peak: look } : look, this.now_ms);
      if (changed === null && this.is !== before) changed = this.now_ms - from_ms;
    }
    return changed;
  }
}

let microphone: Microphone;
beforeEach(() => {
  microphone = new Microphone();
  microphone.gives(SPEECH, 1000);
});

describe('a microphone', () => {
  it('is live as soon as it was heard twice, and not known before', () => {
    const anew = new Microphone();
    anew.gives(SPEECH, 250);
    expect(anew.is).toBeNull();
    anew.gives(SPEECH, 250);
    expect(anew.is).toBe('live');
  });

  it('is live for a person who says nothing for an hour: a room is heard', () => {
    expect(microphone.gives(ROOM, 3_600_000)).toBeNull();
    expect(microphone.is).toBe('live');
  });

  it('is silent within two and a half seconds of giving nothing at all, rounding or not', () => {
    for (const nothing of [0, NOTHING / 2]) {
      const one = new Microphone();
      one.gives(SPEECH, 1000);
      expect(one.gives(nothing, 4000)).toBeLessThanOrEqual(2500);
      expect(one.is).toBe('silent');
    }
  });

  it('is silent when it never gave anything', () => {
    const anew = new Microphone();
    anew.gives(0, 2500);
    expect(anew.is).toBe('silent');
  });

  it('is not silent for a pause that is cut out between words', () => {
    expect(microphone.gives(0, 1750)).toBeNull();
    expect(microphone.gives(ROOM, 250)).toBeNull();
    expect(microphone.gives(0, 1750)).toBeNull();
  });

  it('is live again when a room is heard, and not for one click', () => {
    microphone.gives(0, 3000);
    microphone.gives(SPEECH, 250);
    microphone.gives(0, 250);
    expect(microphone.is).toBe('silent');
    microphone.gives(ROOM, 500);
    expect(microphone.is).toBe('live');
  });

  it('has stopped when the system takes it away, and is not known while it is switched off', () => {
    microphone.gives({ kind: 'stopped' }, 500);
    expect(microphone.is).toBe('live');
    microphone.gives({ kind: 'stopped' }, 750);
    expect(microphone.is).toBe('stopped');
    microphone.gives({ kind: 'off' }, 250);
    expect(microphone.is).toBeNull();
  });

  it('is not known while the browser lets the page hear nothing', () => {
    microphone.gives({ kind: 'deaf' }, 2500);
    expect(microphone.is).toBeNull();
  });

  it('was not silent while the laptop slept', () => {
    microphone.gives(0, 500);
    microphone.now_ms += 3_600_000;
    expect(microphone.gives(0, 500)).toBeNull();
  });
});
