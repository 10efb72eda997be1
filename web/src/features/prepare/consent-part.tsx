// Consents: one text at a time, questions that show it was understood, a signature by name.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useConsents } from '../../api/patient-queries';
import type { Consent, Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { StateBadge } from '../../ui/state-badge';
import { patientWords } from '../../words/en/patient';
import styles from './prepare.module.css';

const words = patientWords.prepare.consent;

/** Consents name a choice by id and text; plain words stand for themselves. */
type Choice = string | { id: string; text: string };
const valueOf = (choice: Choice): string => (typeof choice === 'string' ? choice : choice.id);
const textOf = (choice: Choice): string => (typeof choice === 'string' ? choice : choice.text);

interface SigningBody {
  session: Id;
  kind: string;
  version: number;
  sha256: string;
  signature: string;
  answers: Record<string, string>;
}

export function ConsentPart({ session, onDone }: { session: Id; onDone: () => void }) {
  const { data: consents } = useConsents(session);
  if (consents === undefined) return <Loading>{patientWords.loading}</Loading>;
  const open = consents.find((consent) => consent.signed_at === null);
  const last = consents.filter((consent) => consent.signed_at === null).length === 1;
  return (
    <>
      <ul className={styles.signed}>
        {consents.map((consent) => (
          <li key={consent.kind}>
            {consent.title}
            {consent.signed_at === null ? null : <StateBadge tone="ok">{words.signed}</StateBadge>}
          </li>
        ))}
      </ul>
      {open === undefined ? null : <Signing key={open.kind} session={session} consent={open} onSigned={() => last && onDone()} />}
    </>
  );
}

function Question({ question, chosen, wrong, onChoose }: { question: Consent['questions'][number]; chosen: string | undefined; wrong: boolean; onChoose: (value: string) => void }) {
  return (
    <fieldset className={styles.question}>
      <legend>{question.text}</legend>
      {(question.choices as Choice[]).map((choice) => (
        <label key={valueOf(choice)}>
          <input type="radio" name={question.id} checked={chosen === valueOf(choice)} onChange={() => onChoose(valueOf(choice))} />
          <span>{textOf(choice)}</span>
        </label>
      ))}
      {wrong ? <StateBadge tone="soon">{words.again}</StateBadge> : null}
    </fieldset>
  );
}

function Signing({ session, consent, onSigned }: { session: Id; consent: Consent; onSigned: () => void }) {
  const me = useMe();
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [signature, setSignature] = useState('');
  const sign = useCommand<SigningBody>('safety', () => '/consents', session);
  const whole = /\S+\s+\S+/.test(signature.trim()) && consent.questions.every(({ id }) => answers[id] !== undefined);
  const { kind, version, sha256 } = consent;
  const press = (): void => sign.mutate({ session, kind, version, sha256, signature: signature.trim(), answers }, { onSuccess: onSigned });
  const wrong = new Set(sign.error?.fields.map(({ name }) => name) ?? []);
  return (
    <article className={styles.consent}>
      <h3>{consent.title}</h3>
      <div className={styles.paper} tabIndex={0} role="region" aria-label={consent.title}>
        {consent.text.split(/\n\s*\n/).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
      {consent.questions.map((question) => (
        <Question key={question.id} question={question} chosen={answers[question.id]} wrong={wrong.has(question.id)} onChoose={(value) => setAnswers({ ...answers, [question.id]: value })} />
      ))}
      <TextInput label={words.name} description={words.hint} autoComplete="name" maxLength={120} value={signature} onChange={(event) => setSignature(event.currentTarget.value)} />
      <ProblemNotice problem={sign.error} phone={me.clinic_phone} />
      <Button size="large" busy={sign.isPending} refused={whole ? undefined : words.missing} onClick={press}>
        {words.press}
      </Button>
    </article>
  );
}
