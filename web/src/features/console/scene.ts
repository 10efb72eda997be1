// What is going on in this session, for every part of the console.
import { createContext, useContext } from 'react';
import type { SessionNames } from '../../api/people';
import type { Incident, Session, SupportRequest, Vitals, Watch } from '../../api/types';
import { scripts } from '../../words/en/causes';
import { shellWords } from '../../words/en/shell';

export interface Scene {
  id: string;
  session: Session;
  /** Undefined until the first answer: unknown, never "all well". */
  watch: Watch | undefined;
  vitals: Vitals[];
  names: SessionNames;
  /** First names, as they are said in sentences. */
  patient: string;
  sitter: string;
}

export const SceneContext = createContext<Scene | null>(null);

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (scene === null) throw new Error('useScene needs the console around it');
  return scene;
}

const RANK = { ok: 0, watch: 1, urgent: 2, emergency: 3 } as const;

/** Worst first, then the oldest. Open before acknowledged. */
export const worstFirst = (a: Incident, b: Incident): number => Number(b.state === 'open') - Number(a.state === 'open') || RANK[b.severity] - RANK[a.severity] || a.opened_at - b.opened_at;

export const openIncidents = (watch: Watch | undefined): Incident[] => (watch?.incidents ?? []).filter(({ state }) => state !== 'resolved').sort(worstFirst);

/** Who sat when it opened: the place may have changed hands since. */
export const whoSat = ({ names, sitter }: Scene, incident: Incident): string => (incident.sitter === null ? sitter : names.name(incident.sitter, shellWords.roles.sitter));

/** What an alarm asks for first. While a quiet call is open its rule stands before every other: the phone may be in the wrong hand. */
export const firstThing = (watch: Watch | undefined, otherwise: string): string => openIncidents(watch).flatMap(({ cause }) => scripts[cause]?.first ?? [])[0] ?? otherwise;

export const unseenSupport = (watch: Watch | undefined): SupportRequest | null => watch?.support.find(({ seen_at }) => seen_at === null) ?? null;

export const isBeforeDose = ({ session }: Scene): boolean => ['booked', 'arriving', 'gate', 'dosing_offered'].includes(session.phase);

/** Somebody is there, or on the way there, and the session is not over. */
export const isLive = (scene: Scene): boolean => scene.session.phase !== 'booked' && (isBeforeDose(scene) || isUnderWatch(scene));

/** From the arrival until a person closes the watch: also after the discharge, and after an end that came after a dose. */
export const isWatched = (scene: Scene): boolean => isLive(scene) || (scene.session.dose_at !== null && scene.session.phase !== 'closed' && scene.watch?.phase !== 'closed');

export const isUnderWatch = ({ session }: Scene): boolean => session.phase === 'dosed' || session.phase === 'recovering';
