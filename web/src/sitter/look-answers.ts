// Which questions a look asks and what "all well" stands for. The server alone judges the answers.
import type { Severity } from '../api/types';
import type { Form } from './types';

type Question = Form['questions'][number];
export type Answers = Record<string, string>;

/** The one press that stands for a whole look (checkins' form: breathing, colour and answer are all well). */
const ALL_WELL = { 'CI-ALL': 'well' };
const isSummary = ({ id }: Question): boolean => id in ALL_WELL;
/** The look task of the form: it has a screen of its own. */
const COUNT = 'CI-COUNT';
export const countQuestion = (form: Form | null): Question | undefined => form?.questions.find(({ id }) => id === COUNT);
export const counted = (given: Answers): string | undefined => given[COUNT];
export const withCount = (given: Answers, value: string): Answers => ({ ...given, [COUNT]: value });
/** What was answered besides the task. */
export const withoutCount = (given: Answers): Answers => Object.fromEntries(Object.entries(given).filter(([id]) => id !== COUNT));

/** Every look asks three questions; when something is wrong, the others follow. */
export function asked(form: Form | null, wrong: boolean): Question[] {
  const single = (form?.questions ?? []).filter((question) => !isSummary(question) && question.id !== COUNT);
  const always = single.filter((question) => question.always !== false);
  return wrong ? [...always, ...single.filter((question) => question.always === false)] : always;
}

/** Pressed at once: the summary. Pressed midway: every question not answered yet gets its first well answer. */
export function allWell(form: Form | null, questions: readonly Question[], given: Answers): Answers {
  if (Object.keys(withoutCount(given)).length === 0 && form?.questions.some(isSummary)) return { ...ALL_WELL, ...given };
  const well = questions.flatMap(({ id, answers }) => answers.filter(({ severity }) => severity === 'ok').slice(0, 1).map(({ value }) => [id, value] as const));
  return { ...Object.fromEntries(well), ...given };
}

export const severityOf = (question: Question | undefined, value: string): Severity => question?.answers.find((answer) => answer.value === value)?.severity ?? 'ok';

/** An answer that cannot wait for the other questions. */
export const isPressing = (severity: Severity): boolean => severity === 'urgent' || severity === 'emergency';
