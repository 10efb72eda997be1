import { beforeEach, describe, expect, it, vi } from 'vitest';
import { utf8, type Bytes } from './bytes';
import { claim } from './frame';
import { FrameGuard, type FromGuard } from './frame-guard';
import { guarded, type Duty } from './frame-stream';
import { kidOf } from './key-ids';
import { baseKeyOf, fromHex, hex, text } from './people-for-tests';
import { deriveKey } from './sframe-cipher';

const SUITE = 'AES_256_GCM_SHA512_128';
const LEE = 1;
const SAM = 2;
const keyOf = (number: number, epoch: number, word: string, use: 'encrypt' | 'decrypt') => deriveKey(SUITE, kidOf({ number, epoch }), baseKeyOf(word), use);

let now_ms: number;
let told: FromGuard[];
let lee: FrameGuard;
let sam: FrameGuard;

/** Lee speaks under epoch 1, Sam hears. */
beforeEach(async () => {
  now_ms = 0;
  told = [];
  lee = new FrameGuard(() => undefined, () => now_ms);
  sam = new FrameGuard((report) => told.push(report), () => now_ms);
  lee.take({ kind: 'send_under', key: await keyOf(LEE, 1, 'one', 'encrypt') });
  sam.take({ kind: 'receive', key: await keyOf(LEE, 1, 'one', 'decrypt') });
});

/** What Lee sends when saying `word`. */
async function saying(word: string, guard = lee): Promise<Bytes> {
  return (await guard.seal('audio', utf8(word))) ?? new Uint8Array();
}
const heard = async (sealed: Bytes, slot = 'a') => text(await sam.open('audio', sealed, slot));
const failures = () => told.filter((report) => report.kind === 'undecryptable');

describe('what leaves', () => {
  it('is nothing while there is no key, and nothing after stop_sending', async () => {
    expect(await new FrameGuard(() => undefined, () => 0).seal('audio', utf8('secret'))).toBeNull();
    lee.take({ kind: 'stop_sending' });
    expect(await lee.seal('video', utf8('secret'))).toBeNull();
  });

  it('is opened by who has the key, and by nobody else', async () => {
    const sealed = await saying('are you well?');
    expect(text(sealed)).not.toContain('well');
    expect(await heard(sealed)).toBe('are you well?');
    const ana = new FrameGuard(() => undefined, () => 0);
    ana.take({ kind: 'receive', key: await keyOf(LEE, 1, 'two', 'decrypt') });
    expect(await ana.open('audio', sealed, 'a')).toBeNull();
  });

  it('never has the same counter twice, though sound and pictures are sealed at the same time', async () => {
    const sealed = await Promise.all(Array.from({ length: 200 }, (_, at) => lee.seal(at % 2 === 0 ? 'audio' : 'video', fromHex('b1020011'))));
    const counters = sealed.map((frame, at) => claim(at % 2 === 0 ? 'audio' : 'video', frame ?? new Uint8Array())?.counter);
    expect(new Set(counters)).toEqual(new Set(Array.from({ length: 200 }, (_, at) => at)));
  });

  it('does not count from nought again when the same key is given twice, also after stop_sending or another key', async () => {
    const counter = async () => claim('audio', await saying('hello'))?.counter;
    const [first, second] = [await keyOf(LEE, 1, 'one', 'encrypt'), await keyOf(LEE, 2, 'two', 'encrypt')];
    await saying('hello');
    lee.take({ kind: 'send_under', key: first });
    expect(await counter()).toBe(1);
    lee.take({ kind: 'send_under', key: second });
    expect(await counter()).toBe(0);
    lee.take({ kind: 'send_under', key: first });
    expect(claim('audio', await saying('hello'))).toEqual({ kid: kidOf({ number: LEE, epoch: 2 }), counter: 1 });
    lee.take({ kind: 'stop_sending' });
    lee.take({ kind: 'send_under', key: second });
    expect(await lee.seal('audio', utf8('hello'))).toBeNull();
  });
});

describe('what comes in', () => {
  it('is heard under the old key and the new one until the old one is forgotten', async () => {
    const [before, later] = [await saying('before'), await saying('later')];
    sam.take({ kind: 'receive', key: await keyOf(LEE, 2, 'two', 'decrypt') });
    lee.take({ kind: 'send_under', key: await keyOf(LEE, 2, 'two', 'encrypt') });
    expect(await heard(await saying('after'))).toBe('after');
    expect(await heard(before)).toBe('before');
    sam.take({ kind: 'forget', kid: kidOf({ number: LEE, epoch: 1 }) });
    expect(await heard(later)).toBeNull();
  });

  it('is told once for each key that it was heard under', async () => {
    for (const word of ['one', 'two', 'three']) await heard(await saying(word));
    expect(told).toEqual([{ kind: 'heard', kid: kidOf({ number: LEE, epoch: 1 }) }]);
  });

  it('is not played twice, and a replay is no failure of decryption', async () => {
    const sealed = await saying('now');
    expect(await heard(sealed)).toBe('now');
    expect(await heard(sealed)).toBeNull();
    expect(failures()).toEqual([]);
  });

  it('is not played twice when both copies come at the same moment', async () => {
    const sealed = await saying('now');
    expect((await Promise.all([heard(sealed), heard(sealed)])).filter((word) => word !== null)).toEqual(['now']);
  });

  it('is not played twice though its key was given again', async () => {
    const sealed = await saying('now');
    await heard(sealed);
    sam.take({ kind: 'receive', key: await keyOf(LEE, 1, 'one', 'decrypt') });
    expect(await heard(sealed)).toBeNull();
  });

  it('does not spend a counter on a forged frame: the true one is heard after it', async () => {
    const sealed = await saying('truly');
    const forged = sealed.map((byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte));
    expect(await heard(forged)).toBeNull();
    expect(await heard(sealed)).toBe('truly');
  });

  it('is dropped when its key is forgotten while it is being opened', async () => {
    const opening = heard(await saying('late'));
    sam.take({ kind: 'forget', kid: kidOf({ number: LEE, epoch: 1 }) });
    expect(await opening).toBeNull();
  });

  it('is dropped in a slot that shows somebody else, and heard in its own', async () => {
    sam.take({ kind: 'seat', slot: 'a', numbers: [SAM] });
    sam.take({ kind: 'seat', slot: 'b', numbers: [SAM, LEE] });
    const sealed = await saying('it is me');
    expect(await heard(sealed, 'a')).toBeNull();
    expect(await heard(sealed, 'b')).toBe('it is me');
    sam.take({ kind: 'seat', slot: 'b', numbers: [] });
    expect(await heard(await saying('still me'), 'b')).toBeNull();
  });

  it('is dropped without an exception when it is nonsense', async () => {
    for (const frame of ['', '00', 'ff', '7f', '78ff', `78${'00'.repeat(40)}`, 'ff'.repeat(200)].map(fromHex)) {
      expect(await sam.open('audio', frame, 'a')).toBeNull();
      expect(await sam.open('video', frame, 'a')).toBeNull();
    }
  });
});

describe('once all have agreed to talk in the clear', () => {
  it('frames leave as they are, and come in as they are; before and after neither', async () => {
    const clear = utf8('are you well?');
    expect(await sam.open('audio', clear, 'a')).toBeNull();
    for (const guard of [lee, sam]) guard.take({ kind: 'open', on: true });
    expect(await lee.seal('audio', clear)).toBe(clear);
    expect(await sam.open('audio', clear, 'a')).toBe(clear);
    for (const guard of [lee, sam]) guard.take({ kind: 'open', on: false });
    expect(text(await lee.seal('audio', clear))).not.toContain('well');
    expect(await sam.open('audio', clear, 'a')).toBeNull();
  });

  it('who still seals is still opened, and what does not open under a key that is here is not shown', async () => {
    sam.take({ kind: 'open', on: true });
    const sealed = await saying('not heard of it yet');
    expect(await heard(sealed)).toBe('not heard of it yet');
    const forged = await saying('never said');
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await heard(forged)).toBeNull();
  });

  it('no counter is used twice by what is sealed before and after', async () => {
    const counter = async () => claim('audio', await saying('hello'))?.counter;
    expect(await counter()).toBe(0);
    lee.take({ kind: 'open', on: true });
    await saying('in the clear');
    lee.take({ kind: 'open', on: false });
    expect(await counter()).toBe(1);
  });
});

describe('failures', () => {
  const STRANGER = kidOf({ number: 9, epoch: 1 });
  let stranger: FrameGuard;

  beforeEach(async () => {
    stranger = new FrameGuard(() => undefined, () => now_ms);
    stranger.take({ kind: 'send_under', key: await keyOf(9, 1, 'nine', 'encrypt') });
  });

  it('are told at once, then once a second with how many there were', async () => {
    for (now_ms = 0; now_ms < 2000; now_ms += 100) await heard(await saying('?', stranger));
    const count = (one: number) => ({ kind: 'undecryptable', kid: STRANGER, count: one });
    expect(told).toEqual([count(1), count(9)]);
  });

  it('are told with the next good frame when no bad one follows', async () => {
    for (let at = 0; at < 3; at += 1) await heard(await saying('?', stranger));
    now_ms = 1000;
    await heard(await saying('hello'));
    expect(failures()).toEqual([{ kind: 'undecryptable', kid: STRANGER, count: 1 }, { kind: 'undecryptable', kid: STRANGER, count: 2 }]);
  });

  it('are counted for each sender by itself, and for nobody when a frame cannot be read at all', async () => {
    await heard(new Uint8Array());
    sam.take({ kind: 'receive', key: await keyOf(9, 1, 'other', 'decrypt') });
    await heard(await saying('?', stranger));
    await heard(fromHex(`7801${'00'.repeat(30)}`));
    await heard(await saying('?', stranger));
    now_ms = 1000;
    await heard(await saying('hello'));
    expect(failures()).toEqual([
      { kind: 'undecryptable', kid: null, count: 1 },
      { kind: 'undecryptable', kid: STRANGER, count: 2 },
      { kind: 'undecryptable', kid: 0, count: 1 },
    ]);
  });

  it('under made-up key ids do not fill the memory: the surplus is counted together', async () => {
    const madeUp = (at: number) => fromHex(`789${'8'}${(0x1000 + at).toString(16)}00${'00'.repeat(20)}`);
    for (let at = 0; at < 500; at += 1) await heard(madeUp(at));
    now_ms = 1000;
    await heard(await saying('hello'));
    expect(failures().length).toBeLessThan(40);
    expect(failures().reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });
});

describe('a stream of frames', () => {
  type Fake = { data: ArrayBuffer; at: number };
  const frames = (from: number, count: number): Fake[] => Array.from({ length: count }, (_, at) => ({ at: from + at, data: fromHex(`b1020000${'77'.repeat((at % 7) * 400)}`).buffer }));

  async function through(guard: FrameGuard, duty: Duty, input: readonly Fake[], wantsKeyFrame: () => void = () => undefined): Promise<Fake[]> {
    const { readable, writable } = guarded<Fake>(guard, duty, wantsKeyFrame);
    const writer = writable.getWriter();
    const written = Promise.all(input.map((frame) => writer.write(frame))).then(() => writer.close());
    const output: Fake[] = [];
    for (const reader = readable.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      output.push(value);
    }
    await written;
    return output;
  }

  it('keeps its order though each frame is sealed faster than the one before', async () => {
    class Hastening extends FrameGuard {
      #left_ms = 40;
      override async seal(_: unknown, frame: Bytes): Promise<Bytes> {
        this.#left_ms -= 10;
        await new Promise((resolve) => setTimeout(resolve, this.#left_ms));
        return frame.slice() as Bytes;
      }
    }
    const sent = await through(new Hastening(() => undefined, () => 0), { side: 'send', media: 'video' }, frames(0, 4));
    expect(sent.map((frame) => frame.at)).toEqual([0, 1, 2, 3]);
  });

  it('arrives whole, frame by frame, from end to end', async () => {
    const sent = frames(0, 100);
    const plain = sent.map((frame) => hex(new Uint8Array(frame.data)));
    const wire = await through(lee, { side: 'send', media: 'video' }, sent);
    expect(wire.map((frame) => frame.at)).toEqual(Array.from({ length: 100 }, (_, at) => at));
    expect(wire.map((frame) => hex(new Uint8Array(frame.data)))).not.toEqual(plain);
    const shown = await through(sam, { side: 'receive', media: 'video', slot: 'v' }, wire);
    expect(shown.map((frame) => hex(new Uint8Array(frame.data)))).toEqual(plain);
    expect(shown.map((frame) => frame.at)).toEqual(wire.map((frame) => frame.at));
  });

  it('lets nothing out in the clear while there is no key', async () => {
    lee.take({ kind: 'stop_sending' });
    expect(await through(lee, { side: 'send', media: 'video' }, frames(0, 5))).toEqual([]);
  });

  it('goes on after frames that cannot be opened, and then asks once for a key frame', async () => {
    const wire = await through(lee, { side: 'send', media: 'video' }, frames(0, 4));
    const wantsKeyFrame = vi.fn();
    const shown = await through(sam, { side: 'receive', media: 'video', slot: 'v' }, [...frames(10, 2), ...wire], wantsKeyFrame);
    expect(shown.map((frame) => frame.at)).toEqual([0, 1, 2, 3]);
    expect(wantsKeyFrame).toHaveBeenCalledTimes(1);
  });

  it('asks for none when the first frame that can be opened is a key frame', async () => {
    const wantsKeyFrame = vi.fn();
    const key = { at: 0, data: fromHex('10020000'.repeat(4)).buffer };
    const wire = await through(lee, { side: 'send', media: 'video' }, [key]);
    const shown = await through(sam, { side: 'receive', media: 'video', slot: 'v' }, [...frames(10, 2), ...wire], wantsKeyFrame);
    expect([shown.length, wantsKeyFrame.mock.calls.length]).toEqual([1, 0]);
  });

  it('asks for no key frame while nothing was missing, nor as long as nothing can be opened', async () => {
    const wantsKeyFrame = vi.fn();
    const wire = await through(lee, { side: 'send', media: 'video' }, frames(0, 4), wantsKeyFrame);
    await through(sam, { side: 'receive', media: 'video', slot: 'v' }, wire, wantsKeyFrame);
    await through(sam, { side: 'receive', media: 'video', slot: 'v' }, frames(10, 20), wantsKeyFrame);
    expect(wantsKeyFrame).not.toHaveBeenCalled();
  });
});
