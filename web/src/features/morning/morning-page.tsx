// The next morning: five scales and one question about safety, one a screen. "No" opens a way to a person at once.
import { useState } from 'react';
import { useMe } from '../../api/me';
import { useAftercare, useSessionId } from '../../api/patient-queries';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './morning.module.css';

const words = patientWords.morning;
type Scale = keyof typeof words.scales;
type Safe = keyof typeof words.safeAnswers;
type Answers = Partial<Record<Scale, number>>;
type MorningBody = Record<Scale, number> & { safe: Safe };

const SCALES: readonly Scale[] = ['sleep', 'mood', 'nausea', 'headache', 'bladder'];
const VALUES = Array.from({ length: 11 }, (_, value) => value);

const whole = (answers: Answers): answers is Record<Scale, number> => SCALES.every((scale) => answers[scale] !== undefined);

export function MorningPage() {
  const me = useMe();
  const id = useSessionId();
  const { data: care } = useAftercare(id);
  const [answers, setAnswers] = useState<Answers>({});
  const [safe, setSafe] = useState<Safe | null>(null);
  const send = useCommand<MorningBody>('care', () => `/sessions/${id}/morning`, id);
  const at = SCALES.findIndex((scale) => answers[scale] === undefined);
  const scale = SCALES[at];
  const answer = (said: Safe): void => {
    setSafe(said);
    if (whole(answers)) send.mutate({ ...answers, safe: said });
  };
  const back = (): void => {
    const last = SCALES[(at < 0 ? SCALES.length : at) - 1];
    if (last !== undefined) setAnswers({ ...answers, [last]: undefined });
  };
  if (send.isSuccess && safe !== null) return <Thanks safe={safe} />;
  if (care?.morning.answered_at != null) return <Page title={words.thanks} lead={words.already}>{null}</Page>;
  return (
    <Page title={words.title} lead={words.lead}>
      <section className={styles.question}>
        <p className={styles.muted}>{words.of(at < 0 ? SCALES.length + 1 : at + 1, SCALES.length + 1)}</p>
        {scale === undefined ? <Safety chosen={safe} busy={send.isPending} onAnswer={answer} /> : <ScaleQuestion key={scale} scale={scale} onAnswer={(value) => setAnswers({ ...answers, [scale]: value })} />}
        <ProblemNotice problem={send.error} phone={me.clinic_phone} />
        {safe === 'no' || safe === 'unsure' ? <Lines /> : null}
        {at === 0 ? null : (
          <div>
            <Button look="bare" onClick={back}>
              {patientWords.back}
            </Button>
          </div>
        )}
      </section>
    </Page>
  );
}

function ScaleQuestion({ scale, onAnswer }: { scale: Scale; onAnswer: (value: number) => void }) {
  const [question, low, high] = words.scales[scale];
  return (
    <>
      <h2>{question}</h2>
      <div className={styles.scale} role="group" aria-label={question}>
        {VALUES.map((value) => (
          <button key={value} type="button" aria-label={words.scale(question, value)} onClick={() => onAnswer(value)}>
            {value}
          </button>
        ))}
      </div>
      <p className={styles.ends} aria-hidden="true">
        <span>0 · {low}</span>
        <span>10 · {high}</span>
      </p>
    </>
  );
}

function Safety({ chosen, busy, onAnswer }: { chosen: Safe | null; busy: boolean; onAnswer: (safe: Safe) => void }) {
  return (
    <>
      <h2>{words.safe}</h2>
      <div className={styles.answers} role="group" aria-label={words.safe}>
        {(Object.keys(words.safeAnswers) as Safe[]).map((value) => (
          <Button key={value} look="quiet" size="large" wide busy={busy && chosen === value} onClick={() => onAnswer(value)}>
            {words.safeAnswers[value]}
          </Button>
        ))}
      </div>
    </>
  );
}

/** Ways to a person that need nothing of ours. */
function Lines() {
  const me = useMe();
  return (
    <div className={styles.lines}>
      <p>{words.unsafeBody}</p>
      <a href="tel:911">{words.emergency}</a>
      <a href="tel:988">{words.lifeline}</a>
      <a href={`tel:${me.clinic_phone}`}>{words.call(me.clinic_phone)}</a>
      <p className={styles.muted}>{patientWords.danger}</p>
    </div>
  );
}

function Thanks({ safe }: { safe: Safe }) {
  if (safe === 'yes') return <Page title={words.thanks} lead={words.thanksBody}>{null}</Page>;
  return (
    <Page title={words.unsafe}>
      <Lines />
    </Page>
  );
}
