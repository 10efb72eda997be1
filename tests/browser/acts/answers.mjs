// What people have understood: the right answer to each question of the papers and of the training, in its own words.
// Written by hand from safety's consents and training, so that a changed text is noticed.

export const patientKnows = [
  // Taking ketamine at home
  'No. It is used off label, and the lozenges were not checked by the FDA.',
  "The next day after a night's sleep, and not before 24 hours.",
  'Slowed breathing or a dangerous rise in blood pressure.',
  'Yes, at any moment before the dose. After it I am supported until I am safe.',
  'Nothing on my own. I tell the therapist, and the prescriber decides for another day.',
  'Yes, and I may choose them at any time.',
  // Therapy around the medicine
  'Only what I agreed to beforehand, and what keeps me from harm.',
  'It can feel true without having happened. We talk about it later.',
  'When somebody is in serious danger, or the law demands it.',
  'Call 988 or the emergency number.',
  'I am told before I book, and insurance often does not pay.',
  // Care over video
  'Because help can only come to an address that it has.',
  'My sitter.',
  'The clinic phones my sitter, and we go on by phone until I am safe.',
  'Only if I and everyone in the picture agreed before the dose.',
  'My first name, address, this dose and the checklist.',
];

export const sitterKnows = [
  // Sitting for someone
  'Call the emergency number first, then tell the therapist.',
  'Never.',
  'Until the hand-over, and at least four hours after it.',
  'Nothing. It stays with me.',
  'No. I stay sober the whole time.',
  // The sitter's training
  'Roll them on the side, chin up, and call the emergency number.',
  'I do, at once, from my own phone. Then I tell the therapist.',
  'Eyes closed, slow answers, tears or laughter.',
  'Give nothing and tell the therapist. I never give medicine.',
  'Stand close, hold both hands, help them sit, and tell the therapist.',
];
