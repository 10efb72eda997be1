// Discharge from the sitter's side: each restriction read out loud, then the signature.
import { useState } from 'react';
import { sitterWords as w } from '../../words/en/sitter';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore } from '../context';
import { keep, recall } from '../memory';
import { Banners } from '../parts/banners';
import { EmergencyButton } from '../parts/dock';
import { Heading, Press, Screen, Trouble } from '../parts/screen';
import { useNudge, useWatch } from '../use-watch';

export function Handover({ onWatch }: { onWatch: () => void }) {
  const store = useStore();
  const { id, patient, therapist } = useSession();
  const view = useWatch();
  useNudge(view);
  const [read, setRead] = useState<number[]>(() => recall<number[]>(`handover.${id}`, []));
  const { busy, trouble, press } = usePress();
  const restrictions = p.handover.restrictions;
  const turn = (index: number): void => {
    const next = read.includes(index) ? read.filter((one) => one !== index) : [...read, index];
    keep(`handover.${id}`, next);
    setRead(next);
  };
  const accept = (): void => press(() => store.act(`/safety/sessions/${id}/discharge/acceptance`, { restrictions_read_back: true }));
  return (
    <Screen
      dock={
        <>
          {view.due && <Press tone="ok" onPress={onWatch}>{w.watch.lookNow}</Press>}
          <Press tone="primary" big busy={busy} why={read.length >= restrictions.length ? null : p.handover.why} onPress={accept}>
            {p.handover.press}
          </Press>
          <EmergencyButton />
        </>
      }
    >
      <Banners view={view} />
      <Heading>{p.handover.heading(patient)}</Heading>
      <p>{p.handover.intro(patient)}</p>
      <div className="choices">
        {restrictions.map((text, index) => (
          <button key={text} type="button" className="choice choice-read" aria-pressed={read.includes(index)} onClick={() => turn(index)}>
            <span>{text}</span>
            <small>{read.includes(index) ? `● ${p.handover.read}` : p.handover.notRead}</small>
          </button>
        ))}
      </div>
      <p>{p.handover.stay}</p>
      <Trouble text={trouble} />
      <p className="muted">{p.handover.notYet(therapist)}</p>
    </Screen>
  );
}
