// Thirty seconds to see the dose and press. If they pass, a dose that was taken is still written down.
import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { useNow } from '../../api/use-now';
import { ringState } from '../../lib/ring';
import { SECOND, secondsUntil } from '../../lib/time';
import { sitterWords as w } from '../../words/en/sitter';
import { useAwake } from '../awake';
import { usePress, useSession, useStore, useWorld } from '../context';
import { Choices } from '../parts/choices';
import { EmergencyButton } from '../parts/dock';
import { Ring } from '../parts/ring';
import { Heading, Note, Press, Screen, Trouble } from '../parts/screen';

/** The confirmation window; it is not scaled by pace (decisions.md, "Drills and pace"). */
const WINDOW = 30 * SECOND;
const PIECES = ['1', '2', '3', '4', '5', '6'];

/** The fact, kept and sent whatever the gate says: a dose that was taken must start the watch. */
function AlreadyTaken({ taken_at, onBack }: { taken_at: number; onBack: () => void }) {
  const store = useStore();
  const { id } = useSession();
  const [kept, setKept] = useState<string | null>(null);
  const record = (lozenges: string): void => {
    void store.outbox.put(`/safety/sessions/${id}/dose/record`, { taken_at, lozenges: Number(lozenges), note: null }).then((outcome) => {
      if (outcome.kind !== 'sent') setKept(outcome.kind === 'kept' ? w.witness.kept : outcome.problem.message);
      void store.refresh();
    });
  };
  return (
    <>
      <Heading>{w.witness.lozenges}</Heading>
      <Choices label={w.witness.lozenges} choices={PIECES} onChoose={record} />
      {kept !== null && (
        <Note tone="unknown" live>
          {kept}
        </Note>
      )}
      <Press onPress={onBack}>{w.witness.notNow}</Press>
    </>
  );
}

function Asking({ left, onTaken }: { left: number; onTaken: () => void }) {
  const store = useStore();
  const { id, patient, therapist } = useSession();
  const { busy, trouble, press } = usePress();
  if (left === 0) {
    return (
      <>
        <Heading>{w.witness.over}</Heading>
        <p>{w.witness.overBody(patient, therapist)}</p>
        <Press tone="late" big onPress={onTaken}>
          {w.witness.taken(patient)}
        </Press>
      </>
    );
  }
  return (
    <>
      <Heading>{w.witness.heading}</Heading>
      <p>{w.witness.body(patient)}</p>
      <Trouble text={trouble} />
      {trouble !== null && <Press onPress={onTaken}>{w.witness.taken(patient)}</Press>}
      <Press tone="ok" huge busy={busy} onPress={() => press(() => store.act(`/safety/sessions/${id}/dose/witness`, {}))}>
        {w.witness.press(patient)}
      </Press>
    </>
  );
}

export function Witness() {
  const { session } = useWorld();
  const now = useNow();
  const [taken_at, setTakenAt] = useState<number | null>(null);
  useAwake();
  const until_at = session?.offer?.until_at ?? null;
  const left = until_at === null ? 0 : secondsUntil(now, until_at);
  const ring = ringState({ now, from_at: until_at === null ? null : until_at - WINDOW, due_at: until_at, deadline_at: until_at, alarm: false, stale: false });
  return (
    <Screen top={<header className="top">{taken_at === null && left > 0 && <Ring size="small" state={ring} word={w.witness.left(left)} />}</header>} dock={<EmergencyButton />}>
      {taken_at === null ? <Asking left={left} onTaken={() => setTakenAt(Math.round(serverNow()))} /> : <AlreadyTaken taken_at={taken_at} onBack={() => setTakenAt(null)} />}
    </Screen>
  );
}
