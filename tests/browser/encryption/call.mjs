// What a page says of its call, and what its browser really decodes.
import { must } from '../lib/story.mjs';
import { until } from '../lib/until.mjs';

/** Enough packets to have made a picture, had they been opened. */
const PACKETS_MIN = 60;

const part = (page) => page.getByRole('region', { name: 'Who can see and hear this call' });

export async function says(page, ...sentences) {
  let said = '';
  await until(`the page says ${sentences.join(' ')}`, async () => {
    said = await part(page).innerText({ timeout: 1_000 }).catch(() => '');
    return sentences.every((sentence) => said.includes(sentence));
  }).catch(({ message }) => must(false, `${message}; it says ${said}`));
}

/** The six words, once every page has the same. */
export async function sameWords(pages) {
  return until('the same six words on every screen', async () => {
    const all = await Promise.all(pages.map(async (page) => (await part(page).getByRole('list', { name: 'Safety words' }).getByRole('listitem').allInnerTexts()).join(' ')));
    return all[0].split(' ').length === 6 && all.every((words) => words === all[0]) ? all[0] : null;
  });
}

export const agree = (page) => part(page).getByRole('button', { name: 'I agree to go on without' }).click();

export const agreed = (page) => says(page, 'Not encrypted end to end', 'Everyone here agreed');

/** Waits until so much came that a picture was in it, and answers how many frames were seen of it. */
export async function unseen(page) {
  const read = () => page.evaluate(async () => {
    const peer = window.observed.peers.findLast((one) => one.connectionState === 'connected');
    const rows = peer === undefined ? [] : [...(await peer.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
    const shown = [...document.querySelectorAll('video')].filter((video) => video.srcObject?.getVideoTracks().some(({ enabled, muted }) => enabled && !muted));
    const sum = (kind, key) => rows.filter((row) => row.kind === kind).reduce((total, row) => total + (row[key] ?? 0), 0);
    return { packets: sum('audio', 'packetsReceived'), frames: sum('video', 'framesDecoded'), shown: shown.length };
  });
  await until('packets of the others', async () => (await read()).packets > PACKETS_MIN);
  const { frames, shown } = await read();
  // A browser without transforms decodes noise, if anything; its tracks are off, and nobody sees it.
  return shown === 0 ? 0 : frames;
}

/** When this page first heard somebody under a key that is newer than this. */
export const hears = (page, after_at) => until('somebody is heard under a new key', () => page.evaluate((at) => window.heard.find((one) => one.at > at)?.at ?? null, after_at));
