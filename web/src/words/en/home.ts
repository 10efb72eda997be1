// The first page after the door, by role.

export const homeWords = {
  hello: (name: string) => `Hello ${name}`,
  leads: {
    patient: 'Your next step is below.',
    sitter: 'Your page opens from the link in your mail.',
    therapist: 'Your sessions, the next one first.',
    prescriber: 'What is asked of you.',
    coordinator: 'Everything the clinic has under way.',
    admin: 'Everything the clinic has under way.',
    auditor: 'Read only. Open the trail of a session.',
  },
  loading: 'Opening',
  empty: 'Nothing is booked. Sessions appear here as soon as somebody books one.',
  today: 'Now and next',
  open: { therapist: 'Open the console', prescriber: 'Open', other: 'Open the trail', prepare: 'Prepare', room: 'Enter the room', aftercare: 'How it goes on' },
  starts: (when: string) => `starts ${when}`,
  incidents: (count: number) => (count === 1 ? 'One incident is open' : `${count} incidents are open`),
  to_board: 'Open the board',
  sitter_page: 'Open your page',
  someone: 'Somebody',
  red: (count: number) => (count === 1 ? '1 thing missing' : `${count} things missing`),
  book: 'Book a session',
  journal: 'Open your journal',
  drill: 'drill',
} as const;
