import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { uuidv7 } from '../lib/uuid';
import { post } from './client';
import { asProblem, type Problem } from './problems';
import { refresh, type Service } from './queries';

/**
 * One press, one command. The id is made for the first try and kept while the outcome is unknown,
 * so pressing again after a lost answer repeats the command and does not make a second one.
 */
export function useCommand<Body, Answer = void>(service: Service, path: (body: Body) => string, session: string | null = null): UseMutationResult<Answer, Problem, Body> {
  const client = useQueryClient();
  const kept = useRef<{ body: string; key: string } | null>(null);
  return useMutation<Answer, Problem, Body>({
    mutationFn: async (body) => {
      const said = path(body) + JSON.stringify(body ?? null);
      if (kept.current?.body !== said) kept.current = { body: said, key: uuidv7() };
      try {
        const answer = await post<Answer>(`/${service}${path(body)}`, bodyOf(body), { key: kept.current.key });
        kept.current = null;
        return answer;
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (problem.status !== 0) kept.current = null;
        throw problem;
      }
    },
    onSettled: () => refresh(client, { what: `${service}.answered`, session }),
  });
}

/** `path$` names what belongs in the path; everything else is the body. */
function bodyOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => !name.endsWith('$')));
}
