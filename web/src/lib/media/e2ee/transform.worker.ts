// Where frames are sealed and opened: beside the page, so that a busy page does not make sound stutter.
import { FrameGuard, needsKeyFrame, type ToGuard } from './frame-guard';
import { guarded, type Duty, type EncodedFrame } from './frame-stream';

/** The event that starts a transform; TypeScript's DOM types leave it to workers. */
type Transforming = Event & {
  transformer: {
    readable: ReadableStream<EncodedFrame>;
    writable: WritableStream<EncodedFrame>;
    options: Duty;
    generateKeyFrame?: () => Promise<unknown>;
    sendKeyFrameRequest?: () => Promise<unknown>;
  };
};

const guard = new FrameGuard(
  (report) => self.postMessage(report),
  () => performance.now(),
);

/** Asks the encoder of each own picture for a key frame. */
const pictures = new Set<() => void>();

self.addEventListener('message', ({ data }: MessageEvent<ToGuard>) => {
  guard.take(data);
  if (needsKeyFrame(data)) for (const ask of pictures) ask();
});
self.addEventListener('rtctransform', (event) => {
  const { transformer } = event as Transforming;
  const duty = transformer.options;
  // Not every browser can ask; the decoder then asks by itself, a few seconds later.
  const ask = () => (duty.side === 'send' ? transformer.generateKeyFrame?.() : transformer.sendKeyFrameRequest?.());
  const wantsKeyFrame = () => void ask()?.catch(() => undefined);
  if (duty.side === 'send' && duty.media === 'video') pictures.add(wantsKeyFrame);
  // Ends when the line does; frames that nobody reads any more are no failure.
  transformer.readable.pipeThrough(guarded(guard, duty, wantsKeyFrame)).pipeTo(transformer.writable).catch(() => undefined);
});
