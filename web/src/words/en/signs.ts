// What is not seen any more of a session under way. The therapist's own page is left out: whoever reads this has it open.

type Says = (sitter: string, patient: string) => string;

export const signWords = {
  silent: {
    sitter_page: (sitter) => `${sitter}’s phone is not reachable.`,
    patient_page: (_, patient) => `${patient}’s page is not reachable.`,
    patient_video: (_, patient) => `${patient}’s picture is gone.`,
    vitals: (_, patient) => `The reading of the peak is missing for ${patient}.`,
  } as Record<string, Says>,
  since: (length: string) => `For ${length}.`,
  ask: (sitter: string) => `Ask ${sitter} now; if nobody answers, the watch goes on by itself.`,
};
