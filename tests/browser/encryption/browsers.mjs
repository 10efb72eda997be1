// The browsers of the encrypted call: as they are, and as a browser would be that is older or that the house leaves out.
import { browserOf, office } from '../lib/browser.mjs';
import { openHouse } from '../lib/house.mjs';
import { Mail } from '../lib/mail.mjs';

/** Runs in the page before the page's own code: what its worker hears, and the change that the page was loaded with. */
function prepare() {
  const heard = [];
  Object.defineProperty(window, 'heard', { value: heard });
  const Thread = window.Worker;
  window.Worker = class extends Thread {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => data?.kind === 'heard' && heard.push({ kid: data.kid, at: Date.now() }));
    }
  };
  const change = sessionStorage.getItem('story.change');
  if (change === 'unable') delete window.RTCRtpScriptTransform;
  if (change !== 'unlisted') return;
  // The page says its key; the house never hears it.
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const message = JSON.parse(text);
    delete message.public_key;
    send.call(this, JSON.stringify(message));
  };
}

export async function openBrowsers(story, people) {
  const mail = story.keeps(await Mail.open());
  const house = story.keeps(await openHouse({ mail, name: 'encrypted' }));
  const opened = await Promise.all(people.map((person) => browserOf(person, { phone: person.role !== 'therapist' })));
  const others = story.keeps(await office());
  const screens = {};
  for (const { person, context, page, close } of opened) {
    story.keeps({ close });
    await context.addInitScript(prepare);
    screens[person.key] = page;
  }
  for (const label of ['admin', 'mia', 'okafor', 'noor']) screens[label] = await others.seat(label, { phone: label === 'noor' });
  for (const [label, page] of Object.entries(screens)) story.shows(`encrypted-${label}`, page);
  return { mail, ...house, screens, figures: {} };
}

/** Loads the page again with this change, or as it is. */
export async function withBrowser(page, change) {
  await page.evaluate((to) => (to === null ? sessionStorage.removeItem('story.change') : sessionStorage.setItem('story.change', to)), change);
  await page.reload();
}
