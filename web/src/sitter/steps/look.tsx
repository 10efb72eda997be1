// One look: one question a screen, answers as large words. A pressing answer leaves at once.
import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { sitterWords as w } from '../../words/en/sitter';
import { useSession, useStore, useWorld } from '../context';
import { allWell, asked, countQuestion, counted, isPressing, severityOf, withCount, withoutCount, type Answers } from '../look-answers';
import { keep, recall } from '../memory';
import { Choices } from '../parts/choices';
import type { Outcome } from '../outbox';
import { ANSWER, type Which } from '../signing';
import type { LookResult, Severity } from '../types';

export interface Given {
  outcome: Outcome<LookResult> | { kind: 'sending' };
  /** The worst answer as the form words it, until the server has judged. */
  guess: { severity: Severity; todo: string[] };
}

/** The draft survives a reload: the page comes back to the same question. */
export function useLook(sequence: number, wrong: boolean, onGiven: (given: Given) => void) {
  const store = useStore();
  const { form } = useWorld();
  const { id } = useSession();
  const questions = asked(form, wrong);
  const task = countQuestion(form);
  const name = `look.${sequence}`;
  const [draft, setDraft] = useState(() => ({ sequence, answers: recall<Answers>(name, {}) }));
  // What was begun at one look, a count above all, says nothing about the next.
  const answers = draft.sequence === sequence ? draft.answers : {};
  const setAnswers = (given: Answers): void => setDraft({ sequence, answers: given });
  const [busy, setBusy] = useState(false);
  const index = questions.findIndex((question) => answers[question.id] === undefined);

  const send = async (final: Answers, by: Which = ANSWER): Promise<void> => {
    setBusy(true);
    const guess = guessOf(task === undefined ? questions : [...questions, task], final);
    // What to do is on the phone already: nobody waits for the line to read it.
    onGiven({ outcome: { kind: 'sending' }, guess });
    keep(name, {});
    const outcome = await store.outbox.put<LookResult>(`/checkins/sessions/${id}/checkins`, { sequence, answers: final, answered_at: Math.round(serverNow()) }, by);
    setBusy(false);
    setAnswers({});
    onGiven({ outcome, guess });
    store.set({});
  };
  const choose = (value: string): void => {
    const question = questions[index];
    if (question === undefined || busy) return;
    const given = { ...answers, [question.id]: value };
    setAnswers(given);
    keep(name, given);
    if (isPressing(severityOf(question, value)) || index === questions.length - 1) void send(given);
  };
  const back = (): void => {
    const last = questions[(index < 0 ? questions.length : index) - 1];
    if (last === undefined) return;
    const rest = Object.fromEntries(Object.entries(answers).filter(([id]) => id !== last.id));
    setAnswers(rest);
    keep(name, rest);
  };
  /** Too few or too many leave at once, like any other answer that presses. */
  const count = (value: string, by: Which): void => {
    const given = withCount(answers, value);
    setAnswers(given);
    keep(name, given);
    if (isPressing(severityOf(task, value))) void send(given, by);
  };
  const countAgain = (): void => {
    setAnswers(withoutCount(answers));
    keep(name, withoutCount(answers));
  };
  return { questions, index, busy, choose, back, task, count, countAgain, counted: counted(answers), begun: Object.keys(withoutCount(answers)).length > 0, sendWell: (by: Which) => void send(allWell(form, questions, answers), by) };
}

const RANK: Record<Severity, number> = { ok: 0, watch: 1, urgent: 2, emergency: 3 };

function guessOf(questions: ReturnType<typeof asked>, given: Answers): Given['guess'] {
  const chosen = questions.flatMap(({ id, answers }) => answers.filter(({ value }) => value === given[id]));
  const worst = chosen.reduce<Severity>((most, { severity }) => (RANK[severity] > RANK[most] ? severity : most), 'ok');
  return { severity: worst, todo: chosen.filter(({ severity, todo }) => severity === worst && todo !== null).map(({ todo }) => todo ?? '') };
}

export function LookQuestion({ look }: { look: ReturnType<typeof useLook> }) {
  const question = look.questions[look.index];
  if (question === undefined) return <p role="status">{look.busy ? w.watch.sending : w.loading}</p>;
  return (
    <section className="look" aria-live="polite">
      {look.counted !== undefined && (
        <p className="counted">
          {w.count.counted(look.counted)}{' '}
          <button type="button" className="word-button" onClick={look.countAgain}>
            {w.count.again}
          </button>
        </p>
      )}
      <p className="muted">
        {w.watch.lookNow} · {w.watch.question(look.index + 1, look.questions.length)}
      </p>
      <h1>{question.text}</h1>
      <Choices key={question.id} label={question.text} choices={question.answers} onChoose={look.choose} />
      <details>
        <summary>{w.watch.why}</summary>
        <p>{question.why}</p>
      </details>
      {look.index > 0 && (
        <button type="button" className="word-button" onClick={look.back}>
          {w.watch.changeBack}
        </button>
      )}
    </section>
  );
}
