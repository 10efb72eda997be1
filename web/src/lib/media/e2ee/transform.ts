/**
 * The page's end of encryption: starts the worker of one coming-in and hangs it between encoder and network.
 * Give a sender or receiver its duty before the offer is made: what is sent earlier is sent in the clear, and a receiver
 * that was given none in time plays whatever comes.
 */

import { needsKeyFrame, type FromGuard, type ToGuard } from './frame-guard';
import type { Duty } from './frame-stream';

/** Whether this browser can do it at all. If not, its lines stay shut until all agree to talk in the clear: gate.ts. */
export function canEncrypt(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && typeof Worker !== 'undefined' && globalThis.crypto?.subtle !== undefined;
}

export type Cipher = {
  take: (message: ToGuard) => void;
  /** A sender takes a `send` duty, a receiver a `receive` duty. */
  attach: (line: RTCRtpSender | RTCRtpReceiver, duty: Duty) => void;
  /** What a sender that was attached sends from now on. */
  replaceTrack: (sender: RTCRtpSender, track: MediaStreamTrack | null) => Promise<void>;
  /** No frame passes any more, in either direction. */
  stop: () => void;
};

export type FromCipher =
  | FromGuard
  /** The worker could not start or died. Nothing is sent or shown until a new coming-in. */
  | { kind: 'failed' };

/** One for each coming-in; see frame-guard.ts for why. Only where canEncrypt(). */
export function startCipher(report: (report: FromCipher) => void): Cipher {
  const worker = new Worker(new URL('./transform.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromGuard>) => report(data);
  worker.onerror = () => report({ kind: 'failed' });
  const pictures = new Set<RTCRtpSender>();
  return {
    take: (message) => {
      worker.postMessage(message);
      if (needsKeyFrame(message)) pictures.forEach(askForKeyFrame);
    },
    attach: (line, duty) => {
      line.transform = new RTCRtpScriptTransform(worker, duty);
      if ('replaceTrack' in line && duty.media === 'video') pictures.add(line);
    },
    replaceTrack: (sender, track) => sender.replaceTrack(track),
    stop: () => {
      worker.onmessage = worker.onerror = null;
      worker.terminate();
    },
  };
}

/** WebRTC Extensions §5.3; TypeScript's DOM types do not have it yet. */
type KeyFrameOptions = RTCSetParameterOptions & { encodingOptions: { keyFrame: boolean }[] };

/** Chromium's way of asking its encoder; others take no notice, and are asked by their worker. */
function askForKeyFrame(sender: RTCRtpSender): void {
  const parameters = sender.getParameters();
  const options: KeyFrameOptions = { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) };
  // Before the answer there is no encoder, and its first frame is a key frame.
  if (parameters.encodings.length > 0) void sender.setParameters(parameters, options).catch(() => undefined);
}
