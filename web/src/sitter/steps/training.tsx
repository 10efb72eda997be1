// Five questions, one a screen. A wrong answer is explained and asked again.

import { useState } from 'react';
import { sitterWords as w } from '../../words/en/sitter';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore, useWorld } from '../context';
import { keep, recall } from '../memory';
import { Choices } from '../parts/choices';
import { Heading, Note, Press, Screen, Trouble } from '../parts/screen';
import type { TrainingResult, Wrong } from '../types';

interface Draft { answers: Record<string, string>; wrong: Wrong[] }

function lessonFor(wrong: Wrong): string {
  return wrong.why ?? p.training.lessons[wrong.id] ?? p.training.lessonAny;
}

/** Answers so far survive a reload; what was wrong is asked again, with its reason. */
function useDraft(id: string): [Draft, (draft: Draft) => void] {
  const name = `training.${id}`;
  const [draft, setDraft] = useState<Draft>(() => recall<Draft>(name, { answers: {}, wrong: [] }));
  return [draft, (next) => { keep(name, next); setDraft(next); }];
}

export function Training() {
  const store = useStore();
  const { training } = useWorld();
  const { id } = useSession();
  const [draft, setDraft] = useDraft(id);
  const { busy, trouble, press } = usePress();
  const questions = training?.questions ?? [];
  const index = questions.findIndex((question) => draft.answers[question.id] === undefined);
  const question = questions[index];
  const lesson = draft.wrong.find((wrong) => wrong.id === question?.id);

  const send = (answers: Record<string, string>): void => {
    press(async () => {
      const result = await store.act<TrainingResult>(`/safety/sessions/${id}/training`, { answers });
      if (result.passed) return;
      const wrong = result.wrong.map((one) => (typeof one === 'string' ? { id: one } : one));
      const right = Object.entries(answers).filter(([key]) => !wrong.some((one) => one.id === key));
      setDraft({ answers: Object.fromEntries(right), wrong });
    });
  };
  const choose = (value: string): void => {
    if (!question) return;
    const answers = { ...draft.answers, [question.id]: value };
    setDraft({ ...draft, answers });
    if (questions.every((one) => answers[one.id] !== undefined)) send(answers);
  };

  return (
    <Screen dock={question ? undefined : <Press tone="primary" big busy={busy} onPress={() => send(draft.answers)}>{w.next}</Press>}>
      <p className="muted">{question ? p.training.question(index + 1, questions.length) : p.training.heading}</p>
      <Heading key={question?.id}>{question?.text ?? p.training.heading}</Heading>
      {lesson && <Note tone="soon" live><strong>{p.training.wrongHeading}</strong><p>{lessonFor(lesson)}</p></Note>}
      {question && <Choices label={question.text} choices={question.choices} onChoose={choose} />}
      <Trouble text={trouble} />
    </Screen>
  );
}
