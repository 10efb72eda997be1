// Everything that happened in a session, told by every service.
export const trailWords = {
  title: 'Trail',
  lead: 'Everything that was done and seen in this session, in order. Nothing can be changed here.',
  loading: 'Reading the trail',
  empty: 'Nothing has happened yet. Every press and every message will be here.',
  missing: (services: string) => `No answer from ${services}. Their part of the trail is not shown.`,
  filter: 'Show',
  all: 'Everything',
  by: (name: string) => `by ${name}`,
  system: 'Holdspace',
  someone: 'Somebody',
  services: { identity: 'People', scheduling: 'Booking', safety: 'Session', checkins: 'Watch', care: 'Care', video: 'Room', notify: 'Messages' } as Record<string, string>,
  count: (count: number) => `${count} entries`,
} as const;
