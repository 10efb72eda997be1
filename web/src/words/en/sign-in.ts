// The doors: sign-in, links by mail, acknowledgements from a mail.

export const signInWords = {
  title: 'Sign in',
  email: 'E-mail',
  password: 'Password',
  totp: 'Six digits from your authenticator',
  totp_hint: 'The code that changes every 30 seconds.',
  press: 'Sign in',
  help: 'You came with a link? Open the newest mail from your clinic and press the link again. Links work once.',
} as const;
