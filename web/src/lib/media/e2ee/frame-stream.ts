/** A stream of encoded frames through a guard. The next frame waits for the one before: their order is theirs. */

import { isKeyFrame, type Kind } from './frame';
import type { FrameGuard } from './frame-guard';

/** What one transform is for. `slot` is any name that a `seat` message uses too. */
export type Duty = { side: 'send'; media: Kind } | { side: 'receive'; media: Kind; slot: string };

/** What RTCEncodedAudioFrame and RTCEncodedVideoFrame have in common. */
export type EncodedFrame = { data: ArrayBuffer };

/**
 * `wantsKeyFrame` is called when pictures come again after some were dropped, and do not begin with a key frame:
 * what is between them is missing for good.
 */
export function guarded<Frame extends EncodedFrame>(guard: FrameGuard, duty: Duty, wantsKeyFrame: () => void): TransformStream<Frame, Frame> {
  let hasGap = false;
  return new TransformStream<Frame, Frame>({
    async transform(frame, controller) {
      const encoded = new Uint8Array(frame.data);
      const done = duty.side === 'send' ? await guard.seal(duty.media, encoded) : await guard.open(duty.media, encoded, duty.slot);
      if (done === null) {
        hasGap = true;
        return;
      }
      if (hasGap && duty.media === 'video' && !isKeyFrame(done)) wantsKeyFrame();
      hasGap = false;
      frame.data = done.buffer;
      controller.enqueue(frame);
    },
  });
}
