// The people of every mock and test: Sam is the patient, Ana sits, Dr. Lee leads, Noor is on call.
const id = (tail) => `018f0000-0000-7000-8000-0000000000${tail}`;

export const people = {
  sam: { person: id('01'), role: 'patient', first_name: 'Sam', last_initial: 'R', time_zone: 'America/Chicago', duty: null },
  ana: { person: id('02'), role: 'sitter', first_name: 'Ana', last_initial: 'R', time_zone: 'America/Chicago', duty: null },
  lee: { person: id('03'), role: 'therapist', first_name: 'Dr. Lee', last_initial: 'L', time_zone: 'America/New_York', duty: null },
  ruiz: { person: id('04'), role: 'prescriber', first_name: 'Dr. Ruiz', last_initial: 'R', time_zone: 'America/New_York', duty: null },
  noor: { person: id('05'), role: 'prescriber', first_name: 'Noor', last_initial: 'K', time_zone: 'America/New_York', duty: 'on_call' },
  cleo: { person: id('06'), role: 'coordinator', first_name: 'Cleo', last_initial: 'B', time_zone: 'America/New_York', duty: null },
};

export const session = (tail) => `018f0000-0000-7000-9000-0000000000${tail}`;
