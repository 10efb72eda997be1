// The page that keeps watch alone: what is not known, what to do, whom to call. No names where others can read along.

export const watchkeeperWords = {
  server: { fresh: 'Server', polling: 'Server, slower', late: 'Server late', lost: 'Server lost' },
  watchdog: {
    fresh: 'Watchdog',
    late: 'Watchdog late',
    lost: 'Watchdog lost',
    not_set_up: 'Watchdog not set up',
    waiting: 'Watchdog, not heard yet',
    starting: 'Watchdog starting',
    silent: 'Watchdog hears no server',
    audit_failing: 'Watchdog: records in doubt',
    path_broken: 'Watchdog: alarms do not arrive',
  },

  lost_title: 'MONITORING LOST',
  overdue_title: 'A look is overdue and the server has not said so',
  since: (time: string, length: string) => `since ${time}, for ${length}`,
  since_opened: (length: string) => `since this page was opened, for ${length}`,

  call_sitter: (name: string) => `Call ${name} now on`,
  call_sitter_unknown: (name: string) => `Call ${name} now. The clinic has the number:`,
  if_nobody: 'If nobody answers, call',
  if_nobody_unknown: 'If nobody answers, call the emergency number of that place.',
  send_to: (address: string) => `Send help to ${address}.`,
  far: 'From elsewhere a short number reaches the wrong place: use the local ten-digit one.',
  clinic: 'Clinic',
  do_not_begin: 'Do not begin the dose. Nothing is watched until this is gone.',

  nothing_heard: 'This page hears nothing from the server. What it shows may be old.',
  door_open: 'The server can be reached, but the watch does not answer. What this page shows may be old.',
  no_answer: (name: string, time: string) => `No answer from ${name} is known. It had to be in by ${time}.`,
  watchdog_ok: 'The watchdog still hears the server: the fault may be this computer’s connection.',
  watchdog_silent: 'The watchdog does not hear the server either.',
  both_lost: 'Server and watchdog are both silent here. Perhaps nobody else knows of it.',

  countdown: (name: string, time: string) => `${name}’s look must be in by ${time}`,
  countdown_past: (name: string, time: string) => `${name}’s look had to be in by ${time}`,
  countdown_none: 'No next look is known here.',

  heard: 'I hear it',
  was_heard: 'The sound is stopped. This stays until the server is heard.',
  sound_off: 'This screen makes no sound.',
  sound_on: 'Turn the sound on',

  back: (time: string, away: string) => `Monitoring is back since ${time}; it was away for ${away}.`,
  read: 'I have read it',

  watchdog_late: (length: string) => `Watchdog not heard for ${length}`,
  watchdog_late_short: 'Watchdog not heard',
  watchdog_late_means: 'The watch itself goes on. If the server falls silent too, only this page says so.',
  watchdog_says_silent: 'The watchdog does not hear the server',
  watchdog_says_silent_means: 'This page does. Stay near the phone, and tell the clinic.',
  watchdog_says_audit: 'The watchdog finds the records in doubt',
  watchdog_says_audit_means: 'The watch goes on. Tell the clinic.',
  watchdog_says_path: 'Test alarms do not arrive by mail',
  watchdog_says_path_means: 'The watch goes on, on this screen. Call whoever is on call yourself.',

  notice_lost: 'Monitoring lost',
  notice_overdue: 'A look is overdue',
  notice_body: 'Open the session page now.',
  notice_why: 'If this page is hidden when monitoring is lost, a message of this computer can say so. No name is in it.',
  notice_allow: 'Allow the message',
  notice_given: 'This computer shows a message when monitoring is lost.',
  notice_refused: 'Messages are blocked for this page. Sound and band still work; keep this page in view.',
} as const;
