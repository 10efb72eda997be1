// The demo's mail, as it would have been sent.
export const mailboxWords = {
  title: 'Mailbox',
  lead: 'Every mail and message of this demo clinic. Nothing leaves this machine.',
  empty: 'No mail yet. Invitations, reminders and alarms will be here.',
  loading: 'Opening the mailbox',
  none: 'This clinic is not a demo: its mail goes to people and is not shown here.',
  incident: (count: number) => (count === 1 ? 'An incident: one mail' : `An incident: ${count} mails`),
  to: (name: string, role: string) => `To ${name}, ${role}`,
  someone: 'somebody',
  no_role: 'no longer here',
  open: 'Open this link',
} as const;
