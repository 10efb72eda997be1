// Sam's network lets nothing through but the relay: the house's own over UDP and over TCP, and coturn beside it.
import { browserOf } from './lib/browser.mjs';
import { openHouse } from './lib/house.mjs';
import { ana, lee, sam, three } from './lib/people.mjs';
import { must, Story } from './lib/story.mjs';
import { seesAll } from './lib/media.mjs';
import { until } from './lib/until.mjs';
import { seated } from './acts/seated.mjs';
import { coturn } from './relay/coturn.mjs';
import { onlyRelay, refusedAt, way } from './relay/page.mjs';

/** Real minutes: nobody's look falls due in between. */
const PACE = 1;
const FRAMES = 30;
const YESTERDAY_S = 86_400;

/** Everyone sees everyone, and Sam through the relay: what carries it, and what the house told of it. */
async function call(story, name, transport, relay = null) {
  const house = await openHouse({ session: true, pace: PACE, name, relay });
  const browsers = await Promise.all(three.map((person) => browserOf(person, { phone: person !== lee })));
  for (const browser of browsers) story.shows(`${name}-${browser.person.key}`, story.keeps(browser).page);
  const sams = browsers.find(({ person }) => person === sam).page;
  await onlyRelay(sams, transport);
  const answers = [];
  sams.on('response', (response) => response.url().endsWith('/ice-servers') && answers.push(response));
  const pageOf = await seated(house, browsers);
  const { patient, sitter, therapist } = house.people;
  await seesAll(sams, [sitter, therapist], FRAMES);
  await seesAll(pageOf(lee), [sitter, patient], FRAMES);
  await seesAll(pageOf(ana), [patient, therapist], FRAMES);
  const carried = await until('a pair of candidates that carries Sam', () => way(sams));
  must(carried.type === 'relay' && carried.transport === transport, `Sam comes by ${JSON.stringify(carried)}`);
  const { ice_servers: [server] } = await answers[0].json();
  const refused = await refusedAt(sams, expired(server, transport));
  must(refused === 401, `a relay that is asked with yesterday's credentials says ${refused}`);
  for (const browser of browsers) await browser.close();
  await house.close();
  return { carried, refused };
}

/** The same name, good until yesterday: whoever changes it has no password for it, and the relay looks at the time. */
function expired({ urls, username, credential }, transport) {
  const [until_s, person] = username.split(':');
  return { urls: urls.filter((url) => url.endsWith(transport)), username: `${Number(until_s) - YESTERDAY_S}:${person}`, credential };
}

await new Story('relay-only').run(async (story) => {
  const ways = [];
  for (const transport of ['udp', 'tcp']) {
    ways.push(await story.step(`the own relay over ${transport}`, () => call(story, `relay-own-${transport}`, transport)));
  }
  const beside = story.keeps(await coturn());
  for (const transport of ['udp', 'tcp']) {
    ways.push(await story.step(`coturn over ${transport}`, () => call(story, `relay-coturn-${transport}`, transport, beside)));
  }
  const figures = { ways: ways.length, relayed: ways.filter(({ carried }) => carried.type === 'relay').length, expired_refused: ways.filter(({ refused }) => refused === 401).length, seconds: story.seconds };
  return { passed: figures.relayed === ways.length && figures.expired_refused === ways.length, ...figures };
});
