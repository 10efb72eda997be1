// Who plays. Each has a face of one colour and a voice of one pitch, so that a tile tells whose it is.
// Colours lie far apart in hue and the pitches are no multiples of each other: neither can be taken for the other.

export const sam = { name: 'Sam', role: 'patient', key: 'sam', email: 'patient@demo.example', colour: [200, 40, 40], hertz: 523 };
export const ana = { name: 'Ana', role: 'sitter', key: 'ana', email: 'ana@home.example', colour: [40, 170, 60], hertz: 880 };
export const lee = { name: 'Dr. Lee', role: 'therapist', key: 'lee', email: 'therapist@demo.example', colour: [40, 70, 210], hertz: 1320 };
export const noor = { name: 'Noor', role: 'therapist', key: 'noor', email: 'noor@demo.example' };
export const okafor = { name: 'Dr. Okafor', role: 'prescriber', key: 'okafor', email: 'prescriber@demo.example' };
export const mia = { name: 'Mia', role: 'coordinator', key: 'mia', email: 'coordinator@demo.example' };
/** Sam's second contact, who lives in the same town. */
export const bruno = { name: 'Bruno', role: 'sitter', key: 'bruno', email: 'bruno@town.example' };

/** The three in the room. */
export const three = [sam, ana, lee];
/** Everyone on camera sees everyone else: six directed pairs. */
export const pairs = three.flatMap((seen) => three.filter((other) => other !== seen).map((sees) => ({ seen, sees, key: `${seen.key}_to_${sees.key}` })));
