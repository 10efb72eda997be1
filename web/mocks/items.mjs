// A checklist that looks like the real one: enough of every column to judge the page by.
const row = (id, group, title, todo, attesters, blocking = true) => ({ id, group, title, why: 'Because the protocol asks for it.', todo, blocking, attesters, method: 'own', declined_by: blocking ? [] : attesters, answers: [] });

export const items = [
  row('PT-ID', 'patient', 'The photo ID matches the face on camera.', 'Hold your ID next to your face.', ['therapist']),
  row('PT-LOC', 'patient', 'We know exactly where the patient is today.', 'Read the address back and confirm it.', ['therapist']),
  row('PT-FOOD', 'patient', 'No food for 4 hours.', 'Wait until enough hours have passed.', ['patient']),
  row('PT-FLUID', 'patient', 'Nothing to drink for 2 hours.', 'Wait until two hours have passed.', ['patient']),
  row('PT-ALC', 'patient', 'No alcohol for 24 hours.', 'Choose another day.', ['patient', 'sitter']),
  row('PT-BP', 'patient', 'Blood pressure and pulse, measured twice, are in range.', 'Sit and rest for five minutes, then measure twice with a minute between.', []),
  row('PT-SPO2', 'patient', 'Oxygen and breaths are in range.', 'Put the oximeter on a warm finger.', []),
  row('PT-CNT', 'patient', 'The lozenges were counted on camera and are the right ones.', 'Show the label and count them aloud.', ['therapist']),
  row('PT-MUS', 'patient', 'Music is downloaded and one ear is free.', 'Download it before you start.', ['patient'], false),
  row('PT-MASK', 'patient', 'An eye mask lies ready.', 'Put it within reach.', ['patient'], false),
  row('ST-ADULT', 'sitter', 'The sitter is 21 or older and showed an ID on camera.', 'Ask the sitter to show the ID.', ['therapist']),
  row('ST-SOBER', 'sitter', 'The sitter is sober and stays sober until the end.', 'Say so on camera.', ['sitter']),
  row('ST-TRAIN', 'sitter', 'The sitter passed the training within the last 6 months.', 'Take the training; it is six minutes.', []),
  row('ST-AGREE', 'sitter', 'The sitter signed the sitter agreement.', 'Read and sign it.', []),
  row('ST-PHONE', 'sitter', "The sitter's phone is at least half full and passed the sound test.", 'Plug the phone in and test it.', []),
  row('TH-PLANB', 'therapist', 'Both phone numbers were dialled once, and the plan for a lost line was said aloud.', 'Dial both now and say the plan.', ['therapist']),
  row('TH-AV', 'therapist', 'Face and chest are in view, and both sides hear each other.', 'Ask to move the camera or a light.', ['therapist']),
  row('TH-STATE', 'therapist', 'The patient is sober, clear, able to decide, and in a state that fits.', 'If in doubt, do not begin.', ['therapist']),
  row('TH-PRIV', 'therapist', 'The therapist is alone, and nothing is recorded without consent.', 'Close the door.', ['therapist']),
  row('RX-ELIG', 'prescriber', 'The decision that the patient may take part is at most 90 days old.', 'The prescriber reviews and decides again.', ['prescriber']),
  row('RX-DOSE', 'prescriber', 'The dose order is written.', 'Write the order before the session.', ['prescriber']),
  row('RX-CALL', 'prescriber', 'The on-call lead has confirmed this session.', 'They press the link in the mail.', []),
  row('RX-AMB', 'prescriber', "Every amber reading has the prescriber's decision.", 'The prescriber decides now.', ['prescriber']),
  row('RX-RESC', 'prescriber', 'Rescue medicines are ordered, or it is said that there are none.', 'Write one or the other.', ['prescriber'], false),
];

export const form = {
  version: '1',
  questions: [
    ['CI-BR', 'Watch the chest for 15 seconds. How is the breathing?', 'Breathing', [['easy', 'Easy', 'ok'], ['noisy', 'Noisy or slow', 'urgent'], ['pauses', 'Pauses or none', 'emergency']]],
    ['CI-COL', 'Lips and face: what colour?', 'Colour', [['normal', 'Normal', 'ok'], ['pale', 'Pale, grey or sweaty', 'urgent'], ['blue', 'Blue or grey lips', 'emergency']]],
    ['CI-RESP', 'Say the name quietly. What happens?', 'Answers', [['yes', 'Eyes, words or a nod', 'ok'], ['shake', 'Only to a firm shake', 'urgent'], ['none', 'Nothing', 'emergency']]],
    ['CI-MOV', 'Is the person trying to stand or walk?', 'Movement', [['still', 'Still', 'ok'], ['restless', 'Restless', 'watch'], ['stands', 'Stands alone', 'urgent']]],
  ].map(([id, text, short, answers]) => ({ id, text, why: '', short, answers: answers.map(([value, label, severity]) => ({ value, label, severity, todo: null })) })),
};
