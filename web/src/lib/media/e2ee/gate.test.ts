import { expect, it } from 'vitest';
import { startGate } from './gate';

class FakeSender {
  constructor(public track: object | null) {}
  replaceTrack(track: object | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
}
const camera = { kind: 'video' };
const headset = { kind: 'audio' };

function lines() {
  const gate = startGate();
  const sender = new FakeSender(camera);
  const receiver = { track: { enabled: true } };
  gate.attach(sender as unknown as RTCRtpSender, { side: 'send', media: 'video' });
  gate.attach(receiver as unknown as RTCRtpReceiver, { side: 'receive', media: 'video', slot: '0' });
  return { gate, sender, receiver };
}

it('sends nothing and lets nothing be seen before all have agreed', () => {
  const { sender, receiver } = lines();
  expect([sender.track, receiver.track.enabled]).toEqual([null, false]);
});

it('is open for as long as all agree', () => {
  const { gate, sender, receiver } = lines();
  gate.take({ kind: 'open', on: true });
  expect([sender.track, receiver.track.enabled]).toEqual([camera, true]);
  gate.take({ kind: 'open', on: false });
  expect([sender.track, receiver.track.enabled]).toEqual([null, false]);
});

it('is opened by nothing else', () => {
  const { gate, sender, receiver } = lines();
  gate.take({ kind: 'stop_sending' });
  gate.take({ kind: 'seat', slot: '0', numbers: [1] });
  expect([sender.track, receiver.track.enabled]).toEqual([null, false]);
});

it('keeps another device for when it is open', async () => {
  const { gate, sender } = lines();
  await gate.replaceTrack(sender as unknown as RTCRtpSender, headset as unknown as MediaStreamTrack);
  expect(sender.track).toBeNull();
  gate.take({ kind: 'open', on: true });
  expect(sender.track).toBe(headset);
});
