// Every path of web/src/app/paths.ts in its real states: who looks, where, and what is pressed before the picture.

const button = (name) => (page) => page.getByRole('button', { name }).first().click();
const seen = (text) => (page) => page.getByText(text).first().waitFor();
const then = (...presses) => async (page) => { for (const press of presses) await press(page); };

/** `path` names the builder of paths.ts it shows. `where` gets the scene; `role: null` is nobody signed in. */
export const calm = [
  // First, while no look is late.
  { name: 'sitter-watch', path: 'sitter', role: 'sitter', where: () => '/s', press: seen('Something is wrong') },
  { name: 'sitter-look', path: 'sitter', role: 'sitter', where: () => '/s', press: button('Look now') },
  { name: 'sitter-normal', path: 'sitter', role: 'sitter', where: () => '/s', press: button('What is normal?') },
  { name: 'sitter-pressure', path: 'sitter', role: 'sitter', where: () => '/s', press: button('Blood pressure') },
  { name: 'sign-in', path: 'signIn', role: null, where: () => '/sign-in' },
  { name: 'link', path: 'link', role: null, where: () => '/link#an-unopened-link' },
  { name: 'link-broken', path: 'link', role: null, where: () => '/link' },
  { name: 'acknowledge', path: 'acknowledge', role: null, where: () => '/ack#an-unopened-link' },
  { name: 'second-contact', path: 'secondContact', role: null, where: () => '/second-contact#an-unopened-link' },
  { name: 'on-call', path: 'onCall', role: null, where: () => '/oncall#an-unopened-link' },
  { name: 'account', path: 'account', role: null, where: () => '/account' },
  { name: 'sitter-link', path: 'sitter', role: null, where: () => '/s#an-unopened-link' },
  { name: 'sitter-refused', path: 'sitter', role: null, where: () => '/s' },
  { name: 'home-patient', path: 'home', role: 'patient', where: () => '/' },
  { name: 'home-therapist', path: 'home', role: 'therapist', where: () => '/' },
  { name: 'home-prescriber', path: 'home', role: 'prescriber', where: () => '/' },
  { name: 'home-coordinator', path: 'home', role: 'coordinator', where: () => '/' },
  { name: 'not-found', path: 'home', role: 'patient', where: () => '/nowhere' },
  { name: 'book', path: 'book', role: 'patient', where: () => '/book' },
  { name: 'book-times', path: 'book', role: 'patient', where: () => '/book', press: button(/\d+ times? free/) },
  { name: 'book-sitter', path: 'book', role: 'patient', where: () => '/book', press: button('Name a sitter') },
  { name: 'book-talk', path: 'book', role: 'patient', where: () => '/book?kind=integration' },
  ...['consents', 'address', 'list', 'intention', 'devices'].map((part) => ({ name: `prepare-${part}`, path: 'prepare', role: 'patient', where: ({ next }) => `/prepare/${next}?part=${part}` })),
  { name: 'prepare-mirror', path: 'prepare', role: 'patient', where: ({ next }) => `/prepare/${next}?part=devices`, press: then(button('Ask me'), seen('Do you see yourself?')) },
  { name: 'waiting-room', path: 'room', role: 'patient', where: ({ next }) => `/room/${next}` },
  { name: 'dark-session', path: 'room', role: 'patient', where: ({ session }) => `/room/${session}` },
  { name: 'ready-room', path: 'console', role: 'therapist', where: ({ next }) => `/console/${next}` },
  { name: 'console', path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}` },
  ...['card', 'vitals', 'look', 'dose', 'discharge', 'end', 'keys'].map((drawer) => ({ name: `console-${drawer}`, path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}?open=${drawer}` })),
  { name: 'board', path: 'board', role: 'coordinator', where: () => '/board' },
  { name: 'wall', path: 'wall', role: 'coordinator', where: () => '/board?wall=1' },
  { name: 'clinic-therapist', path: 'clinic', role: 'therapist', where: () => '/clinic' },
  { name: 'clinic-coordinator', path: 'clinic', role: 'coordinator', where: () => '/clinic' },
  { name: 'numbers', path: 'numbers', role: 'coordinator', where: () => '/numbers', press: seen('Real sessions') },
  { name: 'clinic-prescriber', path: 'clinic', role: 'prescriber', where: () => '/clinic', press: (page) => page.getByText('What the calendar is made of').click() },
  { name: 'ladder-coordinator', path: 'ladder', role: 'coordinator', where: () => '/ladder', press: seen('At the deadline') },
  { name: 'ladder-prescriber', path: 'ladder', role: 'prescriber', where: () => '/ladder', press: seen('Seconds after the step before') },
  { name: 'alerts', path: 'alerts', role: 'therapist', where: () => '/alerts', press: seen('Browsers that are told') },
  { name: 'prescriber', path: 'prescriber', role: 'prescriber', where: ({ session }) => `/prescriber/${session}` },
  { name: 'prescriber-before', path: 'prescriber', role: 'prescriber', where: ({ next }) => `/prescriber/${next}` },
  { name: 'mailbox', path: 'mailbox', role: 'coordinator', where: () => '/mailbox' },
  { name: 'rehearse', path: 'rehearse', role: 'coordinator', where: ({ session }) => `/rehearse/${session}` },
  { name: 'trail', path: 'trail', role: 'coordinator', where: ({ session }) => `/trail/${session}` },
  { name: 'journal', path: 'journal', role: 'patient', where: () => '/journal' },
  { name: 'aftercare-early', path: 'aftercare', role: 'patient', where: ({ session }) => `/aftercare/${session}` },
];

/** With an incident open that nobody has taken. */
export const alarm = [
  { name: 'sitter-told', path: 'sitter', role: 'sitter', where: () => '/s', press: seen('The clinic is told') },
  { name: 'console-alarm', path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}`, press: seen("I'm on it") },
  { name: 'console-resolve', path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}`, press: button('Close with an outcome') },
  { name: 'board-alarm', path: 'board', role: 'coordinator', where: () => '/board', press: seen(/open incident/) },
  { name: 'wall-alarm', path: 'wall', role: 'coordinator', where: () => '/board?wall=1' },
  // How many there are depends on whose page was closed for how long before.
  { name: 'home-alarm', path: 'home', role: 'prescriber', where: () => '/', press: seen(/incidents? (is|are) open/) },
  { name: 'prescriber-alarm', path: 'prescriber', role: 'prescriber', where: ({ session }) => `/prescriber/${session}`, press: seen("I'm on it") },
  { name: 'mailbox-alarm', path: 'mailbox', role: 'coordinator', where: () => '/mailbox' },
  { name: 'sitter-emergency', path: 'sitter', role: 'sitter', where: () => '/s', press: then(button(/^Emergency/), seen('Put the phone on speaker.')) },
];

/** In another house, whose session has run its two hours. */
export const recovered = [
  { name: 'console-recovering', path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}?open=discharge` },
];

/** With the therapist's signature given. */
export const signed = [
  { name: 'sitter-handover', path: 'sitter', role: 'sitter', where: () => '/s', press: seen('is handed to you') },
];

/** With both signatures, and the morning due. */
export const discharged = [
  { name: 'console-discharged', path: 'console', role: 'therapist', where: ({ session }) => `/console/${session}` },
  { name: 'sitter-after', path: 'sitter', role: 'sitter', where: () => '/s', press: seen('Something is wrong') },
  { name: 'room-over', path: 'room', role: 'patient', where: ({ session }) => `/room/${session}` },
  { name: 'home-after', path: 'home', role: 'patient', where: () => '/' },
  { name: 'aftercare-how', path: 'aftercare', role: 'patient', where: ({ session }) => `/aftercare/${session}` },
  { name: 'aftercare-avoid', path: 'aftercare', role: 'patient', where: ({ session }) => `/aftercare/${session}`, press: button('Next card') },
  { name: 'aftercare-next', path: 'aftercare', role: 'patient', where: ({ session }) => `/aftercare/${session}`, press: then(button('Next card'), button('Next card')) },
  { name: 'journal-shared', path: 'journal', role: 'patient', where: () => '/journal', press: seen('A wide, quiet field.') },
  { name: 'morning', path: 'morning', role: 'patient', where: ({ session }) => `/morning/${session}` },
  { name: 'morning-safety', path: 'morning', role: 'patient', where: ({ session }) => `/morning/${session}`, press: then(...Array.from({ length: 5 }, () => button(/ 2 of 10$/))) },
];

export const all = [...calm, ...alarm, ...recovered, ...signed, ...discharged];
