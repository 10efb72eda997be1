import { useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useClinicNames, useSessionNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import { useMe } from '../../api/me';
import type { Id } from '../../api/types';
import { DrillBanner } from '../../ui/drill-banner';
import { Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords as words } from '../../words/en/console';
import { shellWords } from '../../words/en/shell';
import { ConsoleBody } from './console-body';
import { Watchkeeper } from './keeper';
import { useSessionState, useVitals, useWatch } from './queries';
import { SceneContext, type Scene } from './scene';

/** The therapist's one page, from the ready room to the last signature. */
export function ConsolePage() {
  const { session: id } = useParams({ strict: false }) as { session: string };
  const { clinic_phone } = useMe();
  const { data: session, error, refetch } = useSessionState(id);
  const { data: watch } = useWatch(id);
  const { data: vitals } = useVitals(id);
  const members = useSessionNames(id, words.someone);
  // Who sat before is no member any more, and what they did still bears their name.
  const { name: named } = useClinicNames();
  const names = useMemo(() => ({ ...members, name: (person: Id | null | undefined, otherwise: string = words.someone) => members.name(person, named(person, otherwise)) }), [members, named]);
  const scene = useMemo<Scene | null>(
    () =>
      session === undefined
        ? null
        : { id, session, watch, vitals: vitals ?? [], names, patient: names.name(session.people.patient, shellWords.roles.patient), sitter: names.name(session.people.sitter, shellWords.roles.sitter) },
    [id, session, watch, vitals, names],
  );
  if (scene === null)
    return (
      <Page title={words.loading} surface="night">
        {error === null ? <Loading>{words.loading}</Loading> : <ProblemNotice problem={asProblem(error)} phone={clinic_phone} onAgain={() => void refetch()} />}
      </Page>
    );
  return (
    <SceneContext.Provider value={scene}>
      <Page title={words.title(scene.patient)} surface="night" width="whole">
        {scene.session.drill ? <DrillBanner pace={scene.session.pace} /> : null}
        <Watchkeeper key={id}>
          <ConsoleBody />
        </Watchkeeper>
      </Page>
    </SceneContext.Provider>
  );
}
