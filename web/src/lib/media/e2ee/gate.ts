/**
 * The lines of a browser that cannot encrypt: shut until all who are present have agreed to talk in the clear.
 * Shut, a sender sends no track, and what comes in (it would be noise) is neither heard nor seen.
 */

import type { Cipher } from './transform';

/** One for each coming-in, in place of startCipher(). */
export function startGate(): Cipher {
  const senders = new Map<RTCRtpSender, MediaStreamTrack | null>();
  const receivers = new Set<RTCRtpReceiver>();
  let isOpen = false;
  const pass = (sender: RTCRtpSender) => sender.replaceTrack(isOpen ? (senders.get(sender) ?? null) : null);
  const admit = (receiver: RTCRtpReceiver) => void (receiver.track.enabled = isOpen);
  return {
    take: (message) => {
      if (message.kind !== 'open') return;
      isOpen = message.on;
      // A line that ended meanwhile has nothing to pass.
      for (const sender of senders.keys()) void pass(sender).catch(() => undefined);
      receivers.forEach(admit);
    },
    attach: (line) => {
      if ('replaceTrack' in line) {
        senders.set(line, line.track);
        void pass(line).catch(() => undefined);
      } else {
        receivers.add(line);
        admit(line);
      }
    },
    replaceTrack: (sender, track) => {
      senders.set(sender, track);
      return pass(sender);
    },
    stop: () => undefined,
  };
}
