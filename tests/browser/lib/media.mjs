// What a page really receives: frames decoded by sender, the colour on a tile, the pitch that goes with it.
import { until } from './until.mjs';

/** How far a colour may move on its way through a camera, a codec and a screen. The three lie 100 and more apart. */
const COLOUR_SLACK = 60;
/** Two bins of the analyser at 48 kHz and 8192 samples. */
const HERTZ_SLACK = 12;

/** Frames this page has decoded from each person, by the slots the room last named. */
export async function framesDecoded(page) {
  const bySlot = await page.evaluate(async () => {
    const peer = window.observed.peers.findLast((one) => one.connectionState === 'connected');
    if (peer === undefined) return {};
    const rows = [...(await peer.getStats()).values()].filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return Object.fromEntries(rows.map(({ mid, framesDecoded }) => [mid, framesDecoded ?? 0]));
  });
  return new Map(page.signals.slots.filter(({ person }) => person !== null).map(({ person, video }) => [person, bySlot[video] ?? 0]));
}

/** Waits until this page has decoded more than `least` frames from each of these people. */
export async function seesAll(page, people, least, bound_ms = 20_000) {
  let frames = new Map();
  await until(`more than ${least} frames from ${people.length} people`, async () => {
    frames = await framesDecoded(page);
    return people.every((person) => (frames.get(person) ?? 0) > least);
  }, bound_ms).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify([...frames])}`); });
  return frames;
}

/** The tile with this name: the colour in its middle, and the pitch of the sound that plays with it. */
async function tile(page, locator, slots) {
  const handle = await locator.elementHandle();
  return page.evaluate(async ([video, named]) => {
    const track = video.srcObject?.getVideoTracks()[0];
    const peer = window.observed.peers.find((one) => one.getTransceivers().some(({ receiver }) => receiver.track === track));
    const receiver = (mid) => peer?.getTransceivers().find((one) => one.mid === mid)?.receiver;
    const slot = named.find(({ video: mid }) => receiver(mid)?.track === track);
    if (slot === undefined) return { person: null, colour: null, hertz: null };
    const canvas = new OffscreenCanvas(9, 9);
    const brush = canvas.getContext('2d');
    brush.drawImage(video, 0, 0, 9, 9);
    const colour = [...brush.getImageData(4, 6, 1, 1).data].slice(0, 3);
    const played = window.observed.sounds.find((sound) => sound.srcObject?.getAudioTracks()[0] === receiver(slot.audio)?.track);
    if (played === undefined || played.paused) return { person: slot.person, colour, hertz: null };
    const context = new AudioContext();
    await context.resume();
    const ear = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(played.srcObject).connect(ear);
    const bins = new Float32Array(ear.frequencyBinCount);
    let [loudest, hertz] = [-70, null];
    for (let round = 0; round < 40; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      ear.getFloatFrequencyData(bins);
      for (let bin = 20; bin < bins.length; bin += 1) {
        if (bins[bin] > loudest) [loudest, hertz] = [bins[bin], (bin * context.sampleRate) / ear.fftSize];
      }
    }
    await context.close();
    return { person: slot.person, colour, hertz: hertz === null ? null : Math.round(hertz) };
  }, [handle, slots]);
}

const near = (found, wanted, slack) => found !== null && Math.abs(found - wanted) <= slack;

/** Whether the tile shows and sounds like the person whose name it bears; says what it found when not. */
export async function tileMatches(page, locator, person) {
  const found = await tile(page, locator, page.signals.slots);
  const looks = found.colour !== null && found.colour.every((value, at) => near(value, person.colour[at], COLOUR_SLACK));
  const sounds = near(found.hertz, person.hertz, HERTZ_SLACK);
  return { matches: looks && sounds, found, wanted: { colour: person.colour, hertz: person.hertz } };
}
