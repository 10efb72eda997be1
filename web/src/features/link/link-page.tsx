import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { post } from '../../api/client';
import { asProblem, type Problem } from '../../api/problems';
import type { Redeemed } from '../../api/types';
import { paths } from '../../app/paths';
import { hideToken, token as tokenInAddress } from '../../lib/fragment';
import { Button } from '../../ui/button';
import { Door } from '../../ui/door';
import { ProblemNotice } from '../../ui/problem-notice';
import { linkWords as words } from '../../words/en/sign-in';

function next({ next: where, session }: Redeemed): string {
  switch (where) {
    case 'account':
      return paths.account();
    case 'sitter':
      return paths.sitter();
    case 'morning':
      return session === null ? paths.home() : paths.morning(session);
    case 'home':
      return paths.home();
  }
}

/** A mail scanner may open this page; only a press redeems the link. */
export function LinkPage() {
  const [token] = useState(tokenInAddress);
  useEffect(hideToken, []);
  const navigate = useNavigate();
  const client = useQueryClient();
  const redeem = useMutation<Redeemed, Problem>({
    mutationFn: () => post<Redeemed>('/identity/links/redeem', { token }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    onSuccess: async (answer) => {
      client.clear();
      const to = next(answer);
      if (to === paths.sitter()) location.assign(to);
      else await navigate({ to, replace: true });
    },
  });
  if (token === '') return <Door title={words.none_title} lead={words.none}>{null}</Door>;
  return (
    <Door title={words.title} lead={words.lead}>
      <ProblemNotice problem={redeem.error} />
      <Button size="large" wide busy={redeem.isPending} onClick={() => redeem.mutate()}>
        {words.press}
      </Button>
    </Door>
  );
}
