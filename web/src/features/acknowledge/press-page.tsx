import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { post } from '../../api/client';
import { asProblem, type Problem } from '../../api/problems';
import { paths } from '../../app/paths';
import { hideToken, token as tokenInAddress } from '../../lib/fragment';
import { Button } from '../../ui/button';
import { Door } from '../../ui/door';
import { ProblemNotice } from '../../ui/problem-notice';
import { acknowledgeWords, onCallWords } from '../../words/en/sign-in';

type PressWords = Omit<typeof acknowledgeWords, 'open'> | typeof onCallWords;

/** A link in a mail that says one thing for a person. Scanners open links; only the press speaks. */
function PressPage({ words, path }: { words: PressWords; path: string }) {
  const [token] = useState(tokenInAddress);
  useEffect(hideToken, []);
  const press = useMutation<unknown, Problem>({
    mutationFn: () => post(path, { token }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
  });
  if (token === '') return <Door title={words.none_title} lead={words.none}>{null}</Door>;
  if (press.isSuccess)
    return (
      <Door title={words.done_title} lead={words.done}>
        <Link to={paths.board()}>{acknowledgeWords.open}</Link>
      </Door>
    );
  return (
    <Door title={words.title} lead={words.lead} foot={<p>{words.nothing_yet}</p>}>
      <ProblemNotice problem={press.error} />
      <Button size="large" wide busy={press.isPending} onClick={() => press.mutate()}>
        {words.press}
      </Button>
    </Door>
  );
}

export const AcknowledgePage = () => <PressPage words={acknowledgeWords} path="/checkins/links/acknowledge" />;

export const OnCallPage = () => <PressPage words={onCallWords} path="/checkins/links/on-call-confirmation" />;
