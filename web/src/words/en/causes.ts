// What an incident is about, with names. The words of checkins; one we do not know is still shown.

type Says = (sitter: string, patient: string) => string;

const causes: Record<string, Says> = {
  worrying_answer: (sitter) => `${sitter} saw something worrying`,
  alarm: () => 'Somebody raised the alarm',
  prolonged: (_, patient) => `${patient} is not back to normal in the usual time`,
  next_morning: (_, patient) => `No good morning answer from ${patient}`,
  missed_checkin: (sitter) => `No answer from ${sitter}`,
  support_unseen: (_, patient) => `${patient} asked for support and nobody has answered`,
  therapist_lost: () => 'No screen of the therapist can be seen',
  lost_patient: (_, patient) => `Nobody can see how ${patient} is`,
  sitter_lost: (sitter) => `${sitter}’s phone is not reachable`,
  vitals: (_, patient) => `${patient}’s vitals are out of range`,
  quiet_call: () => 'Quiet call for help from the sitter',
  dose_out_of_order: () => 'A dose was recorded outside the gate',
  restored: (_, patient) => `Holdspace was away and is back: see how ${patient} is now`,
  watch_weakened: () => 'The second engine or the watchdog is gone: the watch goes on with less behind it',
};

/** The same at its worst: an emergency is called one. */
const emergencies: Record<string, Says> = {
  worrying_answer: (sitter) => `${sitter} reports an emergency`,
  alarm: () => 'Emergency: somebody pressed for help',
};

/** Where the first thing anybody does on an alarm is the wrong thing, this is what to do instead. */
export const scripts: Record<string, { first: string; steps: readonly string[] }> = {
  quiet_call: {
    first: 'Do not ring the sitter’s phone first. Do not speak of it in the room.',
    steps: [
      'Nothing shows in the home: the sitter’s answer looked like any other, and the looks go on.',
      'Mute yourself before you speak to anyone here. Look and listen: who is in the picture, what is said, what is held?',
      'Call the emergency number of the home’s address from another phone. Say that somebody there cannot speak freely.',
      'One of you stays in the room and goes on as before. The other one makes the calls.',
      'If it seems safe, ask what yes or no can answer: “Shall we measure the blood pressure now?”',
      'Close this only when someone has seen that both are safe.',
    ],
  },
};

/** A cause in a sentence. Silence about an unknown one would be worse than its plain word. */
export function causeWords({ cause, severity }: { cause: string; severity: string }, sitter: string, patient: string): string {
  const known = (severity === 'emergency' ? emergencies[cause] : undefined) ?? causes[cause];
  if (known !== undefined) return known(sitter, patient);
  const plain = cause.replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const severityWords = { ok: 'note', watch: 'watch', urgent: 'urgent', emergency: 'emergency' } as const;
