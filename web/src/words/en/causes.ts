// What an incident is about, with names. The words of checkins; one we do not know is still shown.

type Says = (sitter: string, patient: string) => string;

const causes: Record<string, Says> = {
  sitter_silent: (sitter) => `No answer from ${sitter}`,
  checkin_missed: (sitter) => `No answer from ${sitter}`,
  missed_checkin: (sitter) => `No answer from ${sitter}`,
  checkin_watch: (sitter) => `${sitter} saw something to watch`,
  checkin_urgent: (sitter) => `${sitter} reports something urgent`,
  checkin_emergency: (sitter) => `${sitter} reports an emergency`,
  something_wrong: () => 'Something is wrong',
  emergency: () => 'Emergency',
  support_unseen: (_, patient) => `${patient} asked for support and nobody has answered`,
  therapist_absent: () => 'The therapist’s screen is gone',
  sitter_lost: (sitter) => `${sitter}’s phone is not reachable`,
  vitals: (_, patient) => `${patient}’s vitals are out of range`,
  vitals_out_of_range: (_, patient) => `${patient}’s vitals are out of range`,
  dose_out_of_order: () => 'A dose was recorded outside the gate',
  next_morning_silent: (_, patient) => `No morning answer from ${patient}`,
  morning_missed: (_, patient) => `No morning answer from ${patient}`,
  observation_long: (_, patient) => `${patient} is not back to normal in the usual time`,
  media_lost: (_, patient) => `${patient}’s picture and sound are gone`,
};

/** A cause in a sentence. Silence about an unknown one would be worse than its plain word. */
export function causeWords(cause: string, sitter: string, patient: string): string {
  const known = causes[cause];
  if (known !== undefined) return known(sitter, patient);
  const plain = cause.replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const severityWords = { ok: 'note', watch: 'watch', urgent: 'urgent', emergency: 'emergency' } as const;
