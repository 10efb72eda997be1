// Browsers as people have them: a process, a profile and a camera each. No flag lets sound play unasked.
import { chromium } from '../../../web/node_modules/playwright-core/index.mjs';
import { cameraOf } from './camera.mjs';
import { listen } from './observer.mjs';
import { chromiumProgram, folder } from './place.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** What a person waits for a press to do something; longer is broken. */
const PATIENCE_MS = 15_000;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

async function opened(context, label) {
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(listen);
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => process.stderr.write(`  ! ${label}: ${error.message}\n`));
  return page;
}

/** Chromium sometimes dies of its own accord as it starts, and nothing of ours has run then: once more. */
const launched = (launch) => launch().catch((error) => {
  process.stderr.write(`  ! a browser did not start: ${error.message.split('\n')[0]}\n`);
  return launch();
});

/** A person's own Chromium process, with their face and voice on its camera and microphone. */
export async function browserOf(person, { zone = 'America/New_York', phone = false, camera = cameraOf } = {}) {
  const context = await launched(() => chromium.launchPersistentContext(folder('profiles', person.key), {
    executablePath: chromiumProgram,
    headless: true,
    args: [...FLAGS, ...camera(person, folder('cameras'))],
    viewport: phone ? PHONE : DESK,
    timezoneId: zone,
    locale: 'en-GB',
  }));
  const page = await opened(context, person.name);
  watchSignals(page);
  return { person, context, page, close: () => context.close() };
}

/** A browser without a camera for everyone else; each person gets a jar of cookies of their own. */
export async function office(more_flags = []) {
  const browser = await launched(() => chromium.launch({ executablePath: chromiumProgram, headless: true, args: [...FLAGS, ...more_flags] }));
  const seat = async (label, { phone = false, zone = 'America/New_York', ...more } = {}) => {
    const context = await browser.newContext({ viewport: phone ? PHONE : DESK, timezoneId: zone, locale: 'en-GB', ...more });
    return opened(context, label);
  };
  return { browser, seat, close: () => browser.close() };
}

/** The last thing the room said about who is on which slot: proto/signalling.md, "slots" and "roster". */
function watchSignals(page) {
  page.signals = { slots: [], people: [] };
  page.on('websocket', (socket) => {
    if (!socket.url().endsWith('/api/video/signal')) return;
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.type === 'slots') page.signals.slots = message.slots;
      if (message.type === 'roster') page.signals.people = message.people;
    });
  });
}
