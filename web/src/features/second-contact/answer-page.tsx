import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { post } from '../../api/client';
import { asProblem, type Problem } from '../../api/problems';
import type { WithinReach } from '../../api/types';
import { hideToken, token as tokenInAddress } from '../../lib/fragment';
import { clockTime, dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Door } from '../../ui/door';
import { ProblemNotice } from '../../ui/problem-notice';
import { secondContactWords as words } from '../../words/en/sign-in';

const PATH = '/identity/links/second-contact';
const REFUSED = 'link.refused';

/** A second contact's yes or no. Scanners open links; only a press speaks, and only once. */
export function AnswerPage() {
  const [token] = useState(tokenInAddress);
  useEffect(hideToken, []);
  const answer = useMutation<unknown, Problem, boolean>({
    mutationFn: (reachable) => post(PATH, { token, reachable }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
  });
  // Asking when it is changes nothing.
  const when = useQuery<WithinReach, Problem>({
    queryKey: ['second-contact-question', token],
    queryFn: () => post<WithinReach>(`${PATH}/question`, { token }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    enabled: token !== '',
  });
  if (token === '') return <Door title={words.none_title} lead={words.none}>{null}</Door>;
  if (answer.isSuccess) return <Door title={words.done_title} lead={answer.variables ? words.done_yes : words.done_no}>{null}</Door>;
  if (when.error?.code === REFUSED) {
    return (
      <Door title={words.title} lead={words.lead}>
        <ProblemNotice problem={when.error} />
      </Door>
    );
  }
  return (
    <Door title={words.title} lead={words.lead} foot={<p>{words.nothing_yet}</p>}>
      {when.data === undefined ? null : <p>{words.when(dayAndTime(when.data.starts_at), clockTime(when.data.ends_at))}</p>}
      <ProblemNotice problem={answer.error ?? when.error} />
      <Button size="large" wide busy={answer.isPending} onClick={() => answer.mutate(true)}>
        {words.yes}
      </Button>
      <Button look="quiet" wide busy={answer.isPending} onClick={() => answer.mutate(false)}>
        {words.no}
      </Button>
    </Door>
  );
}
