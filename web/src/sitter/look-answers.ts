// Which questions a look asks and what "all well" stands for. The server alone judges the answers.
import type { Severity } from '../api/types';
import type { Form } from './types';

type Question = Form['questions'][number];
export type Answers = Record<string, string>;

/** The questions of this look: the protocol's turn where it has turns, else all of them. */
export function asked(form: Form | null, sequence: number): Question[] {
  if (form === null) return [];
  const turns = form.rotation ?? [];
  const turn = turns[sequence % Math.max(1, turns.length)];
  if (turn === undefined) return form.questions;
  return form.questions.filter(({ id }) => turn.includes(id));
}

/** Every question not answered yet gets its first well answer. */
export function allWell(questions: readonly Question[], given: Answers): Answers {
  const well = questions.flatMap(({ id, answers }) => answers.filter(({ severity }) => severity === 'ok').slice(0, 1).map(({ value }) => [id, value] as const));
  return { ...Object.fromEntries(well), ...given };
}

export const severityOf = (question: Question | undefined, value: string): Severity => question?.answers.find((answer) => answer.value === value)?.severity ?? 'ok';

/** An answer that cannot wait for the other questions. */
export const isPressing = (severity: Severity): boolean => severity === 'urgent' || severity === 'emergency';
