// Three are in a call when the process that carries it is killed: how long until each sees and hears both others again.
import { readFileSync } from 'node:fs';
import { broken } from './lib/bars.mjs';
import { browserOf } from './lib/browser.mjs';
import { percentile } from './lib/clock.mjs';
import { openHouse } from './lib/house.mjs';
import { lee, three } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { seesAll } from './lib/media.mjs';
import { seated } from './acts/seated.mjs';

const BARS = { media_back_ms_p95: 1500 };
const [rounds = '30'] = process.argv.slice(2);
/** Real minutes: nobody's look falls due in between. */
const PACE = 1;
/** Whoever is not back by then is lost. */
const BACK_MS = 20_000;
const STAGES = ['closed', 'asked', 'up', 'opened', 'admitted', 'answered', 'connected', 'seen', 'heard'];

const house = { session: true, pace: PACE, name: 'sfu-kill' };

async function open(story) {
  const stands = await openHouse(house);
  const browsers = await Promise.all(three.map((person) => browserOf(person, { phone: person !== lee })));
  for (const browser of browsers) {
    story.shows(`sfu-kill-${browser.person.key}`, story.keeps(browser).page);
    noteSignals(browser.page);
  }
  const pageOf = await seated(stands, browsers);
  return { stands, pages: three.map(pageOf) };
}

/** When which word came on the signalling sockets of a page, and when tickets were asked for. */
function noteSignals(page) {
  page.noted = [];
  const note = (what) => page.noted.push({ what, at: Date.now() });
  page.on('request', (request) => request.url().endsWith('/ticket') && note('asked'));
  page.on('websocket', (socket) => {
    if (!socket.url().endsWith('/api/video/signal')) return;
    socket.on('framesent', ({ payload }) => String(payload).includes('"hello"') && note('opened'));
    socket.on('framereceived', ({ payload }) => {
      const { type } = JSON.parse(String(payload));
      if (type === 'admitted') note('admitted');
      if (type === 'answer') note('answered');
    });
    socket.on('close', () => note('closed'));
  });
}

/** In the page: when a connection made from now on carries pictures and sound of so many others. */
const watch = (page, others, bound) => page.evaluate(([wanted, patience]) => {
  const before = window.observed.peers.length;
  window.back = (async () => {
    const [end, at] = [Date.now() + patience, {}];
    while (Date.now() < end && (at.seen === undefined || at.heard === undefined)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      const peer = window.observed.peers.slice(before).findLast((one) => one.connectionState === 'connected');
      if (peer === undefined) continue;
      at.connected ??= Date.now();
      const rows = [...(await peer.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
      const count = (means) => rows.filter(means).length;
      if (count(({ kind, framesDecoded }) => kind === 'video' && framesDecoded > 0) >= wanted) at.seen ??= Date.now();
      // Silence has no energy: what is heard is the tone.
      if (count(({ kind, totalAudioEnergy }) => kind === 'audio' && totalAudioEnergy > 0.0001) >= wanted) at.heard ??= Date.now();
    }
    return at;
  })();
}, [others, bound]);

/** One death: for each page, milliseconds from it to each stage. */
async function death(stage, log) {
  for (const page of stage.pages) await watch(page, three.length - 1, BACK_MS);
  for (const page of stage.pages) page.noted.length = 0;
  const died = Date.now();
  stage.stands.process.child.kill('SIGKILL');
  await stage.stands.process.ended;
  stage.stands = await openHouse({ ...house, port: stage.stands.port });
  const up = firstAfter(log, died, 'media is received');
  const backs = await Promise.all(stage.pages.map((page) => page.evaluate(() => window.back)));
  return backs.map((back, at) => {
    // A stage counts when it came for the last time before media flowed: what failed before is in `tries`.
    const last = (what) => stage.pages[at].noted.findLast((one) => one.what === what)?.at ?? null;
    const first = (what) => stage.pages[at].noted.find((one) => one.what === what)?.at ?? null;
    const when = { closed: first('closed'), asked: last('asked'), up, opened: last('opened'), admitted: last('admitted'), answered: last('answered'), ...back };
    const since = Object.fromEntries(STAGES.map((name) => [name, when[name] === null || when[name] === undefined ? null : when[name] - died]));
    const tries = stage.pages[at].noted.filter(({ what }) => what === 'asked').length;
    return { ...since, tries, back: since.seen === null || since.heard === null ? null : Math.max(since.seen, since.heard) };
  });
}

/** When the house first logged these words after a moment. */
function firstAfter(log, moment, words) {
  const lines = readFileSync(log, 'utf8').split('\n').filter((line) => line.includes(words));
  const times = lines.map((line) => Date.parse(JSON.parse(line).timestamp));
  return times.find((time) => time >= moment) ?? null;
}

await new Story('sfu-kill').run(async (story) => {
  const stage = await story.step('three in a room', () => open(story));
  story.keeps({ close: () => stage.stands.close() });
  const others = (page) => three.filter((person) => stage.pages[three.indexOf(person)] !== page).map(({ role }) => stage.stands.people[role]);
  for (const page of stage.pages) await seesAll(page, others(page), 15);
  const all = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    all.push(...(await story.step(`death ${round + 1}`, () => death(stage, stage.stands.log))));
    for (const page of stage.pages) await seesAll(page, others(page), 15);
  }
  const p = (name, share) => percentile(all.map((one) => one[name]).filter((time) => time !== null), share);
  const stages = Object.fromEntries([...STAGES, 'tries'].map((name) => [name, { p50: p(name, 50), p95: p(name, 95) }]));
  process.stderr.write(`sfu-kill: ${JSON.stringify(stages)}\n`);
  const lost = all.filter(({ back }) => back === null).length;
  must(lost === 0, `${lost} were never back: ${JSON.stringify(all.filter(({ back }) => back === null))}`);
  const figures = { deaths: all.length / three.length, media_back_ms_p50: p('back', 50), media_back_ms_p95: p('back', 95), media_back_ms_max: p('back', 100), stages, seconds: story.seconds };
  const reasons = broken(figures, BARS);
  reasons.forEach((reason) => process.stderr.write(`sfu-kill: ${reason}\n`));
  return { passed: reasons.length === 0, ...figures, ...(reasons.length === 0 ? {} : { broken: reasons }) };
});
