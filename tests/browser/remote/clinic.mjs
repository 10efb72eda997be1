// Before the day: the clinic's people come in, hours are set, Sam books, Ana is approved.
import { approveSitter, invite, setHours } from '../acts/clinic.mjs';
import { comeIn, openAccount, signIn, signOut } from '../acts/doors.mjs';
import { book } from '../acts/patient.mjs';
import { openLink } from '../acts/sitter.mjs';
import { ana, lee, mia, okafor, sam } from '../lib/people.mjs';
import { must } from '../lib/story.mjs';

/** The administrator invites each; each makes an account, leaves, and comes back with password and code. */
async function staffComeIn({ mail, origin, screens, links }) {
  await comeIn(screens.admin, links.admin);
  for (const [person, page] of [[lee, screens.lee], [okafor, screens.okafor], [mia, screens.mia]]) {
    const link = await invite(screens.admin, mail, person);
    const app = await openAccount(page, link.replace(/^http:\/\/[^/]+/, origin), person);
    await signOut(page);
    await signIn(page, origin, person, app);
  }
}

/** Everyone is told of the booking, and nobody else could tell from the mail what it is. */
async function confirmed(mail, before) {
  for (const person of [sam, lee]) {
    const told = await mail.to(person.email, ({ subject }) => subject === '[Drill] Your appointment is booked', before);
    const entry = told.attachments.find(({ type }) => type.startsWith('text/calendar'));
    must(entry !== undefined, `${person.name} got no calendar entry`);
    for (const line of [/^SUMMARY:Appointment\s*$/m, /^UID:\S+/m, /^METHOD:REQUEST\s*$/m, /^DTSTART/m]) must(line.test(entry.text), `the calendar entry lacks ${line}`);
    must(!/ketamin|dose|session|therap|holdspace|Sam|Ana|Lee/i.test(entry.text.replaceAll(/^(UID|PRODID|ORGANIZER|ATTENDEE)[^\n]*\n/gm, '')), 'the calendar entry tells too much');
  }
}

export async function before(story, stage) {
  const { mail, screens } = stage;
  await story.step('staff are invited, make accounts and sign in with password and code', () => staffComeIn(stage));
  await story.step('Dr. Lee sets her hours in her own zone', async () => must((await setHours(screens.lee, 'America/New_York')) === '18:00', 'the hours were not kept'));
  await story.step('Sam is invited by mail and makes an account', async () => openAccount(screens.sam, await invite(screens.mia, mail, sam), sam));
  const told = mail.all().length;
  stage.session = await story.step('Sam books and names Ana', () => book(screens.sam, ana));
  await story.step('the confirmation comes with a calendar entry', () => confirmed(mail, told));
  await story.step('Mia approves Ana, who opens her link', async () => openLink(screens.ana, await approveSitter(screens.mia, mail, ana, sam)));
}
