// The ring in words: what it says aloud and under the number.

export const ringWords = {
  idle: 'No look due',
  waiting: 'Next look',
  soon: 'Soon',
  grace: 'Look now',
  late: 'Late',
  alarm: 'Alarm',
  unknown: 'Not known',
  aria: (state: string, time: string) => `${state} ${time}`.trim(),
} as const;
