/**
 * The page's end of encryption: starts the worker of one coming-in and hangs it between encoder and network.
 * Give a sender or receiver its duty before the offer is made: what is sent earlier is sent in the clear.
 */

import type { FromGuard, ToGuard } from './frame-guard';
import type { Duty } from './frame-stream';

/** Whether this browser can do it at all. If not, the room says truthfully that it is not encrypted end to end. */
export function canEncrypt(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && typeof Worker !== 'undefined' && globalThis.crypto?.subtle !== undefined;
}

export type Cipher = {
  take: (message: ToGuard) => void;
  /** A sender takes a `send` duty, a receiver a `receive` duty. */
  attach: (line: RTCRtpSender | RTCRtpReceiver, duty: Duty) => void;
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
  return {
    take: (message) => worker.postMessage(message),
    attach: (line, duty) => {
      line.transform = new RTCRtpScriptTransform(worker, duty);
    },
    stop: () => {
      worker.onmessage = worker.onerror = null;
      worker.terminate();
    },
  };
}
