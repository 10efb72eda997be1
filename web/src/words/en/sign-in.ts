// The doors: sign-in, links by mail, acknowledgements from a mail.

export const signInWords = {
  title: 'Sign in',
  lead: 'For the people of the clinic, and for patients with an account.',
  email: 'E-mail',
  password: 'Password',
  totp: 'Code',
  totp_hint: 'Six digits from your authenticator app.',
  press: 'Sign in',
  missing: 'Fill in all three.',
  help: 'You came with a link? Open the newest mail from your clinic and press its link. Each link works once.',
} as const;

export const linkWords = {
  title: 'Open your link',
  lead: 'Press to come in. The link works once, on this device.',
  press: 'Come in',
  none_title: 'This link is not whole',
  none: 'Part of the address is missing. Open the mail again and press the link there, or ask your clinic for a new one.',
} as const;

export const acknowledgeWords = {
  title: 'A session needs someone',
  lead: 'Press the button to say that you are on it. Others are told that you are, and the next call waits two minutes.',
  press: "I'm on it",
  done_title: 'You are on it',
  done: 'The clinic sees it now. Sign in to see who, where and what was taken.',
  open: 'Open the board',
  none_title: 'This link is not whole',
  none: 'Part of the address is missing. Open the mail again and press the link there.',
  nothing_yet: 'Opening this page changed nothing yet.',
} as const;

export const secondContactWords = {
  title: 'Can you be reached',
  lead: 'Somebody you know has an appointment at home, with an adult beside them. If neither can be reached, you are called: then you ring them, or go there.',
  when: (from: string, until: string) => `${from} to ${until}, in the time of this device.`,
  yes: 'Yes, I can be reached',
  no: 'No',
  done_title: 'Thank you',
  done_yes: 'Keep your phone loud while the appointment lasts. When you are needed, you get a text, a call or a mail with a link.',
  done_no: 'They are told, and name somebody else.',
  none_title: acknowledgeWords.none_title,
  none: acknowledgeWords.none,
  nothing_yet: acknowledgeWords.nothing_yet,
} as const;

export const onCallWords = {
  title: 'Are you on call now',
  lead: 'A session is about to begin. It waits for a person who will answer. Press if that is you, for the whole session.',
  press: 'I am on call',
  done_title: 'Thank you',
  done: 'The therapist can see that you are there. Keep your phone loud until the session has ended.',
  none_title: acknowledgeWords.none_title,
  none: acknowledgeWords.none,
  nothing_yet: acknowledgeWords.nothing_yet,
} as const;
