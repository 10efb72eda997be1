import { beforeEach, describe, expect, it } from 'vitest';
import { lightOf, PictureCheck, type PictureLook } from './picture-check';
import type { PictureIs } from './types';

const POINTS = 64 * 48;
const EVERY_MS = 250;

/** The same noise every run: what it is does not matter, only that no two pictures have the same. */
let turn = 1;
const noise = (): number => (turn = (turn * 48_271) % 2_147_483_647) / 2_147_483_647;

const luma = (at: (point: number) => number): Uint8Array => Uint8Array.from({ length: POINTS }, (_, point) => at(point));
/** A face before a wall, as a lens gives it. */
const room = (brightness = 1): Uint8Array => luma((point) => brightness * (point % 64 < 32 ? 150 : 70) + noise() * 4);
const covered = (): Uint8Array => luma(() => 6 + noise() * 8);
const PHOTOGRAPH = room();

/** One person's camera, driven through time. */
class Camera {
  check = new PictureCheck();
  now_ms = 10_000;
  frames = 0;
  is: PictureIs | null = null;
  look(look: PictureLook): void {
    this.now_ms += EVERY_MS;
    this.is = this.check.look(look, this.now_ms);
  }
  /** Shows this for so long; answers after how many milliseconds something else was said, if it was. */
  shows(picture: () => Uint8Array, for_ms: number, frames_each = 6): number | null {
    const [before, from_ms] = [this.is, this.now_ms];
    let changed: number | null = null;
    for (let passed = 0; passed < for_ms; passed += EVERY_MS) {
      this.frames += frames_each;
      this.look({ kind: 'picture', luma: picture(), frames: this.frames });
      if (changed === null && this.is !== before) changed = this.now_ms - from_ms;
    }
    return changed;
  }
  sees(kind: 'off' | 'stopped' | 'blind', for_ms: number): void {
    for (let passed = 0; passed < for_ms; passed += EVERY_MS) this.look({ kind });
  }
}

let camera: Camera;
/** Seen well for a while: what every change below begins from. */
beforeEach(() => {
  turn = 1;
  camera = new Camera();
  camera.shows(room, 3000);
});

describe('a picture that can be seen and moves', () => {
  it('is live, and is not known before it was looked at', () => {
    const anew = new Camera();
    expect(anew.is).toBeNull();
    expect(anew.shows(room, 3000)).toBeLessThanOrEqual(1500);
    expect(anew.is).toBe('live');
  });

  it('is live for a person who lies still: a lens makes noise', () => {
    expect(camera.shows(room, 60_000)).toBeNull();
    expect(camera.is).toBe('live');
  });

  it('is live when a camera in a dim room gives one frame a second', () => {
    let shown = room();
    let at = 0;
    expect(camera.shows(() => (at++ % 4 === 0 ? (shown = room()) : shown), 20_000, 1)).toBeNull();
  });
});

describe('a picture that stands still', () => {
  it('is told within two and a half seconds when the same picture comes again and again', () => {
    expect(camera.shows(() => PHOTOGRAPH, 4000)).toBeLessThanOrEqual(2500);
    expect(camera.is).toBe('frozen');
  });

  it('is told when no frames come any more', () => {
    expect(camera.shows(() => PHOTOGRAPH, 4000, 0)).toBeLessThanOrEqual(2500);
    expect(camera.is).toBe('frozen');
  });

  it('is told from the first picture on, if frames come', () => {
    const anew = new Camera();
    anew.shows(() => PHOTOGRAPH, 4000);
    expect(anew.is).toBe('frozen');
  });

  it('is not told by a page that was never given a second frame: that may be the page', () => {
    const anew = new Camera();
    anew.shows(() => PHOTOGRAPH, 10_000, 0);
    expect(anew.is).toBeNull();
  });

  it('is not told of two equal looks, nor of a second and a half', () => {
    expect(camera.shows(() => PHOTOGRAPH, 1750)).toBeNull();
    expect(camera.shows(room, 2000)).toBeNull();
  });

  it('is over when the picture has moved for a second, and not before', () => {
    camera.shows(() => PHOTOGRAPH, 4000);
    expect(camera.shows(room, 3000)).toBeGreaterThanOrEqual(1000);
    expect(camera.is).toBe('live');
  });

  it('is not what a laptop did that slept for an hour', () => {
    const shown = room();
    camera.shows(() => shown, 500);
    camera.now_ms += 3_600_000;
    expect(camera.shows(() => shown, 500)).toBeNull();
  });
});

describe('a covered lens', () => {
  it('is told within two seconds, noise or none', () => {
    for (const black of [covered, () => luma(() => 0), () => luma(() => 16)]) {
      const one = new Camera();
      one.shows(room, 3000);
      expect(one.shows(black, 4000)).toBeLessThanOrEqual(2000);
      expect(one.is).toBe('black');
    }
  });

  it('is not a hand that passes', () => {
    expect(camera.shows(covered, 1250)).toBeNull();
    expect(camera.shows(room, 2000)).toBeNull();
  });

  it('is over a second after the hand is gone', () => {
    camera.shows(covered, 3000);
    camera.shows(room, 1500);
    expect(camera.is).toBe('live');
  });

  it('is not said and taken back while what is left of the light wavers about the limit', () => {
    camera.shows(() => luma(() => 28), 3000);
    let at = 0;
    expect(camera.shows(() => luma(() => (at++ % 2 === 0 ? 34 : 30) + noise()), 10_000)).toBeNull();
    expect(camera.is).toBe('black');
  });
});

describe('a dark room', () => {
  const dark = (): Uint8Array => room(0.28);

  it('is told within two and a half seconds, and is not called black', () => {
    expect(camera.shows(dark, 4000)).toBeLessThanOrEqual(2500);
    expect(camera.is).toBe('dark');
  });

  it('is not a dim one, in which a face with eye shades is seen', () => {
    expect(camera.shows(() => room(0.5), 10_000)).toBeNull();
  });

  it('is not a bright lamp in the corner of the picture that hides nobody', () => {
    expect(camera.shows(() => luma((point) => (point % 5 === 0 ? 220 : 60) + noise() * 4), 10_000)).toBeNull();
  });

  it('is not said and taken back about the limit', () => {
    camera.shows(dark, 4000);
    expect(camera.shows(() => room(0.39), 5000)).toBeNull();
    camera.shows(() => room(0.6), 2000);
    expect(camera.is).toBe('live');
  });

  it('is not said in turns with a covered lens, while fingers let some light through now and then', () => {
    camera.shows(covered, 3000);
    let at = 0;
    expect(camera.shows(() => (at++ % 4 < 2 ? luma(() => 42 + noise() * 4) : covered()), 10_000)).toBeNull();
    expect(camera.is).toBe('black');
  });

  it('is said no more when the lens is covered as well, and again when it is not', () => {
    camera.shows(dark, 4000);
    camera.shows(covered, 2000);
    expect(camera.is).toBe('black');
    camera.shows(dark, 2500);
    expect(camera.is).toBe('dark');
  });
});

describe('what cannot be judged', () => {
  it('is a camera that is switched off, at once', () => {
    camera.shows(covered, 3000);
    camera.sees('off', 250);
    expect(camera.is).toBeNull();
  });

  it('is a page that nobody looks at, after a second: unknown never counts as fine', () => {
    camera.sees('blind', 750);
    expect(camera.is).toBe('live');
    camera.sees('blind', 1000);
    expect(camera.is).toBeNull();
  });
});

describe('a camera that is taken away', () => {
  it('has stopped, and is live again after it came back', () => {
    camera.sees('stopped', 500);
    expect(camera.is).toBe('live');
    camera.sees('stopped', 1000);
    expect(camera.is).toBe('stopped');
    camera.shows(room, 2000);
    expect(camera.is).toBe('live');
  });
});

describe('the second sign', () => {
  const seconds = (count: number, second: (at: number) => void): void => {
    for (let at = 0; at < count; at += 1) {
      second(at);
      for (let look = 0; look < 4; look += 1) camera.look({ kind: 'blind' });
    }
  };

  it('tells a standing picture where the page cannot look, when nothing is encoded for three seconds', () => {
    seconds(2, (at) => camera.check.encoded(100 + at, camera.now_ms));
    expect(camera.is).toBeNull();
    seconds(3, () => camera.check.encoded(101, camera.now_ms));
    expect(camera.is).toBe('frozen');
    seconds(1, () => camera.check.encoded(125, camera.now_ms));
    expect(camera.is).toBeNull();
  });

  it('says nothing while no picture is to be sent', () => {
    seconds(6, () => camera.check.encoded(null, camera.now_ms));
    expect(camera.is).toBeNull();
  });

  it('does not call a covered lens a standing picture', () => {
    camera.check.encoded(100, camera.now_ms);
    camera.shows(covered, 5000);
    expect(camera.is).toBe('black');
  });
});

it('measures light without the one point that is hot', () => {
  const picture = luma(() => 10);
  picture[0] = 255;
  expect(lightOf(picture)).toEqual({ low: 10, high: 10, most: 10 });
});
