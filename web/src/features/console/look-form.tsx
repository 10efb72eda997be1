import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { useMe } from '../../api/me';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { Loading } from '../../ui/empty';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords } from '../../words/en/console';
import styles from './drawer.module.css';
import { useForm } from './queries';
import { useScene } from './scene';

const words = consoleWords.look;

/** What a camera shows: breathing, colour, answering, moving, distress (clinical.md §6.4, "visual subset only"). */
const SEEN_ON_CAMERA = ['CI-BR', 'CI-COL', 'CI-RESP', 'CI-MOV', 'CI-DIS'];

interface LookAnswer {
  sequence: number;
  answers: Record<string, string>;
  answered_at: number;
}

/** The therapist looks in the sitter's place. */
export function LookForm() {
  const { id, watch } = useScene();
  const { clinic_phone } = useMe();
  const { data: form } = useForm();
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const send = useCommand<LookAnswer>('checkins', () => `/sessions/${id}/checkins`, id);
  const next = watch?.next ?? null;
  if (send.isSuccess) return <p role="status">{words.sent}</p>;
  if (next === null) return <p>{words.none}</p>;
  if (form === undefined) return <Loading>{consoleWords.loading}</Loading>;
  const asked = form.questions.filter((question) => SEEN_ON_CAMERA.includes(question.id));
  const whole = asked.every((question) => answers[question.id] !== undefined);
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      <p>{words.lead}</p>
      {asked.map((question) => (
        <fieldset key={question.id} className={styles.question}>
          <legend>{question.text}</legend>
          <div className={styles.choices}>
            {question.answers.map((answer) => (
              <label key={answer.value} className={styles.choice}>
                <input type="radio" name={question.id} value={answer.value} checked={answers[question.id] === answer.value} onChange={() => setAnswers((old) => ({ ...old, [question.id]: answer.value }))} />
                {answer.label}
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <ProblemNotice problem={send.error} phone={clinic_phone} />
      <div>
        <Button type="submit" busy={send.isPending} refused={whole ? undefined : words.pick_all} onClick={() => send.mutate({ sequence: next.sequence, answers, answered_at: serverNow() })}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}
