import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { baseKeyOf, text } from './people-for-tests';
import { utf8 } from './bytes';
import { reveal } from './frame';
import { deriveKey } from './sframe-cipher';
import { canEncrypt, startCipher, type FromCipher } from './transform';

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  posted: unknown[] = [];
  isOver = false;
  constructor(readonly url: URL) {
    FakeWorker.all.push(this);
  }
  postMessage = (message: unknown) => this.posted.push(message);
  terminate = () => (this.isOver = true);
}

class FakeTransform {
  constructor(readonly worker: FakeWorker, readonly options: unknown) {}
}

beforeEach(() => {
  FakeWorker.all = [];
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('RTCRtpScriptTransform', FakeTransform);
});
afterEach(() => vi.unstubAllGlobals());

describe('a browser', () => {
  it('can encrypt when it has script transforms, workers and WebCrypto', () => {
    expect(canEncrypt()).toBe(true);
  });

  it.each(['Worker', 'crypto'])('cannot encrypt without %s', (missing) => {
    vi.stubGlobal(missing, undefined);
    expect(canEncrypt()).toBe(false);
  });

  it('cannot encrypt without script transforms', () => {
    Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
    expect(canEncrypt()).toBe(false);
  });
});

describe('the cipher of one coming-in', () => {
  const told: FromCipher[] = [];
  const started = () => {
    told.length = 0;
    const cipher = startCipher((report) => told.push(report));
    return { cipher, worker: FakeWorker.all.at(-1) ?? new FakeWorker(new URL('about:blank')) };
  };

  it('hangs its worker into a line, with the duty', () => {
    const { cipher, worker } = started();
    const sender = {} as RTCRtpSender;
    cipher.attach(sender, { side: 'send', media: 'audio' });
    expect(sender.transform).toEqual(new FakeTransform(worker, { side: 'send', media: 'audio' }));
  });

  it('asks the encoder of its picture for a key frame with every new key, and with no other message', () => {
    const { cipher } = started();
    const setParameters = vi.fn(() => Promise.resolve());
    const sender = { replaceTrack: () => undefined, getParameters: () => ({ encodings: [{ active: true }] }), setParameters } as unknown as RTCRtpSender;
    cipher.attach(sender, { side: 'send', media: 'video' });
    cipher.attach({ ...sender }, { side: 'send', media: 'audio' });
    cipher.take({ kind: 'seat', slot: '0', numbers: [] });
    expect(setParameters).not.toHaveBeenCalled();
    cipher.take({ kind: 'open', on: true });
    expect(setParameters.mock.calls).toEqual([[{ encodings: [{ active: true }] }, { encodingOptions: [{ keyFrame: true }] }]]);
  });

  it('has a worker of its own, and none of it is left after stop', () => {
    const [one, other] = [started(), started()];
    expect(one.worker).not.toBe(other.worker);
    one.cipher.stop();
    expect([one.worker.isOver, other.worker.isOver, one.worker.onmessage]).toEqual([true, false, null]);
  });

  it('passes messages on in both directions, and says when the worker died', () => {
    const { cipher, worker } = started();
    cipher.take({ kind: 'stop_sending' });
    worker.onmessage?.({ data: { kind: 'heard', kid: 65_537 } });
    worker.onerror?.();
    expect(worker.posted).toEqual([{ kind: 'stop_sending' }]);
    expect(told).toEqual([{ kind: 'heard', kid: 65_537 }, { kind: 'failed' }]);
  });
});

describe('the worker', () => {
  it('seals with the key that was posted what flows through its transform, and asks for a key frame with it', async () => {
    vi.spyOn(self, 'postMessage').mockImplementation(() => undefined);
    await import('./transform.worker');
    const key = await deriveKey('AES_256_GCM_SHA512_128', 65_537, baseKeyOf('Lee'), 'encrypt');
    self.dispatchEvent(new MessageEvent('message', { data: { kind: 'send_under', key } }));
    const { readable, writable } = new TransformStream<{ data: ArrayBuffer }>();
    const output = new TransformStream<{ data: ArrayBuffer }>();
    const transformer = { readable, writable: output.writable, options: { side: 'send', media: 'audio' } };
    self.dispatchEvent(Object.assign(new Event('rtctransform'), { transformer }));
    const generateKeyFrame = vi.fn(() => Promise.resolve());
    const pictures = { readable: new TransformStream().readable, writable: new TransformStream().writable, options: { side: 'send', media: 'video' }, generateKeyFrame };
    self.dispatchEvent(Object.assign(new Event('rtctransform'), { transformer: pictures }));
    self.dispatchEvent(new MessageEvent('message', { data: { kind: 'seat', slot: '0', numbers: [] } }));
    expect(generateKeyFrame).not.toHaveBeenCalled();
    self.dispatchEvent(new MessageEvent('message', { data: { kind: 'send_under', key } }));
    expect(generateKeyFrame).toHaveBeenCalledTimes(1);
    void writable.getWriter().write({ data: utf8('good evening').buffer });
    const sealed = new Uint8Array((await output.readable.getReader().read()).value?.data ?? new ArrayBuffer());
    const opening = await deriveKey('AES_256_GCM_SHA512_128', 65_537, baseKeyOf('Lee'), 'decrypt');
    expect(text(await reveal(opening, 'audio', sealed))).toBe('good evening');
  });
});
