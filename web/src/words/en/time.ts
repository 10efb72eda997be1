// Lengths and ages, shared by every page.

export const timeWords = {
  just_now: 'just now',
  ago: (length: string) => `${length} ago`,
  seconds: (count: number) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  and: 'and',
  numbers: ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
} as const;
