// The watchkeeper in a worker of its own: a hidden tab's timers are slowed down to one a minute, a worker's are not.
import type { Input } from './watchkeeper';
import { run } from './watchkeeper-runner';

const runner = run((report) => self.postMessage(report));
self.addEventListener('message', ({ data }: MessageEvent<Input>) => runner.take(data));
