// Alarms in this browser, also when no page is open.

export const pushWords = {
  title: 'Alerts',
  lead: 'This browser can sound when somebody needs you, also when no page of ours is open. It is one way of several: keep your phone loud too.',
  loading: 'Opening',
  not_set_up: 'Alerts in browsers are not set up here. Alarms reach you by mail and by whatever else the clinic has set up.',
  cannot: 'This browser cannot do it. On an iPhone, add this page to the home screen first, and open it from there.',
  blocked: 'This browser was told to show no notifications from here. Allow them in its settings for this site, then come back.',
  on: 'On in this browser',
  off: 'Off in this browser',
  turn_on: 'Turn alerts on here',
  turn_off: 'Turn off here',
  shown: 'The alert says that somebody needs you, and no name. A press on it opens the board; it does not take the alarm.',
  failed: 'The browser could not register with its push service. Check the connection, then press again.',
  others: 'Browsers that are told',
  none: 'None yet.',
  row: (service: string, since: string) => `By ${service}, since ${since}`,
  forget: 'Take out',
  forget_which: (row: string) => `Take out: ${row}`,
} as const;
