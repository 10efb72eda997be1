/** A browser's media without a browser: what a line makes and says can be looked at. Only tests read this. */

import { vi } from 'vitest';

export class FakeTrack {
  readyState = 'live';
  muted = false;
  enabled = true;
  onended: (() => void) | null = null;
  constructor(readonly kind: 'audio' | 'video') {}
}

export class FakeStream {
  constructor(readonly tracks: FakeTrack[] = []) {}
  getTracks() {
    return this.tracks;
  }
  getAudioTracks() {
    return this.tracks.filter((track) => track.kind === 'audio');
  }
  getVideoTracks() {
    return this.tracks.filter((track) => track.kind === 'video');
  }
}

export class FakeSender {
  constructor(public track: FakeTrack | null) {}
  getParameters = () => ({ encodings: [] });
  replaceTrack(track: FakeTrack | null) {
    this.track = track;
    return Promise.resolve();
  }
}

export class FakeConnection {
  static all: FakeConnection[] = [];
  static onOffer: (connection: FakeConnection) => void = () => undefined;
  static generateCertificate = () => Promise.resolve({});
  connectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  /** What it was made with, then what it was changed to. */
  configurations: RTCConfiguration[] = [];
  transceivers: { mid: string; direction: string; sender: FakeSender; receiver: { track: FakeTrack }; setCodecPreferences: () => void }[] = [];
  constructor(configuration: RTCConfiguration) {
    this.configurations.push(configuration);
    FakeConnection.all.push(this);
  }
  addTransceiver(kind: 'audio' | 'video' | FakeTrack, init: { direction: string }) {
    const receiver = { track: new FakeTrack(typeof kind === 'string' ? kind : kind.kind) };
    const sender = new FakeSender(typeof kind === 'string' ? null : kind);
    this.transceivers.push({ mid: String(this.transceivers.length), direction: init.direction, sender, receiver, setCodecPreferences: () => undefined });
  }
  getTransceivers() {
    return this.transceivers;
  }
  getSenders() {
    return [];
  }
  getStats = () => Promise.resolve(new Map());
  createOffer = () => {
    FakeConnection.onOffer(this);
    return Promise.resolve({ sdp: 'v=0\r\na=fingerprint:sha-256 AA:BB\r\n' });
  };
  getConfiguration = () => this.configurations.at(-1);
  /** As a browser does: the servers may change, nothing else. */
  setConfiguration = (configuration: RTCConfiguration) => {
    const { certificates, bundlePolicy, rtcpMuxPolicy } = this.configurations[0] ?? {};
    const isSame = configuration.certificates === certificates && configuration.bundlePolicy === bundlePolicy && configuration.rtcpMuxPolicy === rtcpMuxPolicy;
    if (!isSame) throw new DOMException('another certificate or policy', 'InvalidModificationError');
    this.configurations.push(configuration);
  };
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = () => Promise.resolve();
  close() {
    this.connectionState = 'closed';
  }
  become(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export class FakeSocket {
  static all: FakeSocket[] = [];
  static OPEN = 1;
  readyState = 1;
  said: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {
    this.readyState = 3;
  }
  hears(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks() {
    this.onerror?.();
    this.onclose?.();
  }
}

export function last<T>(all: T[]): T {
  const one = all.at(-1);
  if (one === undefined) throw new Error('nothing there yet');
  return one;
}

/** Stands in for what jsdom lacks, on a clock that the test moves. */
export function fakeBrowser(): void {
  vi.useFakeTimers();
  FakeConnection.all = [];
  FakeConnection.onOffer = () => undefined;
  FakeSocket.all = [];
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [] }) });
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('Audio', class {
    autoplay = false;
    volume = 1;
    srcObject: unknown = null;
    play = () => Promise.resolve();
    pause = () => undefined;
  });
}

export function realBrowser(): void {
  vi.unstubAllGlobals();
  vi.useRealTimers();
}
