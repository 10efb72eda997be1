// Reading and signing the sitter agreement.

import { useState } from 'react';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore, useWorld } from '../context';
import { Heading, Press, Screen, Trouble } from '../parts/screen';
import { Choices } from '../parts/choices';
import type { Consent } from '../types';

function Signing({ consent }: { consent: Consent }) {
  const store = useStore();
  const { id } = useSession();
  const [name, setName] = useState('');
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const { busy, trouble, press } = usePress();
  const complete = /\S+\s+\S+/.test(name.trim()) && consent.questions.every((question) => answers[question.id]);
  const sign = (): void => {
    const { kind, version, sha256 } = consent;
    press(() => store.act('/safety/consents', { session: id, kind, version, sha256, signature: name.trim(), answers }));
  };
  return (
    <>
      {consent.questions.map((question) => (
        <section key={question.id} className="teach">
          <h2>{question.text}</h2>
          <Choices label={question.text} choices={question.choices} chosen={answers[question.id] ?? null}
            onChoose={(value) => { setAnswers({ ...answers, [question.id]: value }); }} />
        </section>
      ))}
      <label className="field">{p.agreement.sign}
        <input type="text" autoComplete="name" maxLength={120} value={name} aria-describedby="sign-hint" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <p id="sign-hint" className="muted">{p.agreement.hint}</p>
      <Trouble text={trouble} />
      <Press tone="primary" big busy={busy} why={complete ? null : p.agreement.nameNeeded} onPress={sign}>{p.agreement.press}</Press>
    </>
  );
}

export function Agreement() {
  const { consents } = useWorld();
  const consent = consents.find((one) => one.kind === 'sitter_agreement');
  return (
    <Screen>
      <Heading>{consent?.title ?? p.agreement.heading}</Heading>
      <p>{p.agreement.intro}</p>
      <div className="paper">{consent?.text.split(/\n\s*\n/).map((paragraph) => <p key={paragraph}>{paragraph}</p>)}</div>
      {consent && <Signing consent={consent} />}
      <p className="muted">{p.agreement.stop}</p>
    </Screen>
  );
}
