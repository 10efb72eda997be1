// Two notebooks with the same clock: when the patient's devices change, and when the therapist's page says so.
// Each function runs in a page, so it can use nothing from outside itself.

/** Before the page's own code: keeps hold of the camera's stream. Changes nothing. */
export function keepStream() {
  const devices = navigator.mediaDevices;
  if (devices === undefined) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.ownStream = stream;
    return stream;
  };
}

/** In Sam's page: looks at the camera and listens to the microphone in a way of its own, and notes what changes. */
export async function noteOwn() {
  const noted = [];
  window.noted = noted;
  const is = { still: false, black: false, dark: false, silent: false };
  const note = (kind, begins, at) => {
    if (is[kind] === begins) return;
    is[kind] = begins;
    noted.push({ kind, begins, at });
  };
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = new MediaStream(window.ownStream.getVideoTracks());
  await video.play();
  const context = new AudioContext();
  await context.resume();
  const ear = new AnalyserNode(context, { fftSize: 4096 });
  context.createMediaStreamSource(new MediaStream(window.ownStream.getAudioTracks())).connect(ear);
  const samples = new Float32Array(4096);
  const [wide, high] = [80, 60];
  const brush = new OffscreenCanvas(wide, high).getContext('2d', { willReadFrequently: true });
  let [before, moved_at, heard_at] = ['', Date.now(), Date.now()];
  setInterval(() => {
    const now = Date.now();
    brush.drawImage(video, 0, 0, wide, high);
    const { data } = brush.getImageData(0, 0, wide, high);
    // The lower half is wall alone.
    const wall = data[4 * (wide * (high - 5) + 5)];
    const print = data.join();
    if (print !== before) [before, moved_at] = [print, now];
    // A pause between two strokes or two frames is none: what lasts began when it was last otherwise.
    if (now - moved_at > 700) note('still', true, moved_at);
    else if (now - moved_at < 50) note('still', false, now);
    note('black', wall < 12, now);
    note('dark', wall >= 12 && wall < 60, now);
    ear.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.001)) heard_at = now;
    if (now - heard_at > 700) note('silent', true, heard_at);
    else if (now - heard_at < 50) note('silent', false, now);
  }, 25);
}

/** In Dr. Lee's page: notes when the tile with this name begins and ends to say something, and what is read aloud. */
export function noteRead(name) {
  const sentences = { still: /picture (stands|has stood) still/, black: /shows only black/, dark: /too dark/, silent: /No sound comes from/ };
  const is = { still: false, black: false, dark: false, silent: false };
  const [said, spoken] = [[], []];
  window.read = { said, spoken };
  const look = () => {
    const tile = [...document.querySelectorAll('figure')].find((one) => one.querySelector('video')?.getAttribute('aria-label') === name);
    const words = tile?.querySelector('figcaption')?.innerText ?? '';
    for (const [kind, sentence] of Object.entries(sentences)) {
      if (sentence.test(words) === is[kind]) continue;
      is[kind] = !is[kind];
      said.push({ kind, begins: is[kind], at: Date.now() });
    }
  };
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ target, addedNodes }) => (target.closest?.('[aria-live="polite"]') ? [...addedNodes] : []))) {
      const text = node.textContent;
      // Said again in the same second is said twice; said again after it was over is another time.
      const known = spoken.find((one) => one.text === text && Date.now() - one.at < 2_000);
      if (known === undefined) spoken.push({ text, at: Date.now(), times: 1 });
      else known.times += 1;
    }
  }).observe(document.body, { childList: true, subtree: true });
  setInterval(look, 25);
}
