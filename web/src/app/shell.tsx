import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, type ComponentType, type ReactNode } from 'react';
import { MeProvider, useMe, useMeQuery } from '../api/me';
import { asProblem } from '../api/problems';
import { useLiveFeed, useLiveStatus } from '../api/use-live';
import { Loading } from '../ui/empty';
import { Page } from '../ui/page';
import { ProblemNotice } from '../ui/problem-notice';
import { shellWords } from '../words/en/shell';
import { Bar } from './bar';
import type { PageEntry } from './pages';
import { paths } from './paths';

export const Shell = () => (
  <>
    <a className="skip" href="#main">
      {shellWords.skip}
    </a>
    <Outlet />
  </>
);

/** A page in its frame: signed in, allowed, with or without the bar on top. */
export function framed(entry: PageEntry, Inner: ComponentType): ComponentType {
  const { roles, bare } = entry;
  if (roles === null) return Inner;
  return function FramedPage() {
    return (
      <SignedInOnly>
        {bare ? null : <Bar />}
        <AllowedOnly roles={roles}>
          <Inner />
        </AllowedOnly>
      </SignedInOnly>
    );
  };
}

function AllowedOnly({ roles, children }: { roles: readonly string[]; children: ReactNode }) {
  const { role } = useMe();
  if (roles.includes(role)) return children;
  return (
    <Page title={shellWords.not_yours_title} lead={shellWords.not_yours}>
      <Link to={paths.home()}>{shellWords.go_home}</Link>
    </Page>
  );
}

function SignedInOnly({ children }: { children: ReactNode }) {
  const { data: me, error, refetch } = useMeQuery();
  const status = useLiveStatus();
  const navigate = useNavigate();
  const here = useRouterState({ select: (state) => state.location.href });
  const problem = error === null ? null : asProblem(error);
  const out = problem?.status === 401 || status === 'revoked';
  useLiveFeed(me !== undefined && !out);
  useEffect(() => {
    // On the way to the door the old page is still drawn: it must not ask for the way again.
    if (out && !here.startsWith(paths.signIn())) void navigate({ to: paths.signIn(), search: { from: here }, replace: true });
  }, [out, navigate, here]);
  if (me !== undefined) return <MeProvider me={me}>{children}</MeProvider>;
  if (problem !== null && !out)
    return (
      <Page title={shellWords.product}>
        <ProblemNotice problem={problem} onAgain={() => void refetch()} />
      </Page>
    );
  return <Loading>{shellWords.opening}</Loading>;
}
