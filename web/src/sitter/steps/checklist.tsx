// The home, one item at a time: is it so, why it matters, what to do if not. Then the sitter's ready-press.

import { useState } from 'react';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore, useWorld } from '../context';
import { Heading, Note, Press, Screen, Trouble } from '../parts/screen';
import { isSettled, ownItems } from '../step';
import type { ChecklistItem } from '../../api/types';

function ItemDock({ asking, busy, onAnswer, onNotYet, onLater }: {
  asking: boolean; busy: boolean; onAnswer: (answer: 'yes' | 'no') => void; onNotYet: () => void; onLater: () => void;
}) {
  if (asking) {
    return (
      <>
        <Press tone="ok" big busy={busy} onPress={() => onAnswer('yes')}>{p.checklist.yes}</Press>
        <Press onPress={onNotYet}>{p.checklist.notYet}</Press>
      </>
    );
  }
  return (
    <>
      <Press tone="ok" big busy={busy} onPress={() => onAnswer('yes')}>{p.checklist.doneNow}</Press>
      <Press busy={busy} onPress={() => onAnswer('no')}>{p.checklist.cannot}</Press>
      <Press onPress={onLater}>{p.checklist.later}</Press>
    </>
  );
}

const saidNo = ({ answers }: ChecklistItem): boolean => answers.some(({ role, answer }) => role === 'sitter' && answer === 'no');

function OneItem({ item, onLater }: { item: ChecklistItem; onLater: () => void }) {
  const store = useStore();
  const { id } = useSession();
  const [asking, setAsking] = useState(!saidNo(item));
  const { busy, trouble, press } = usePress();
  const answer = (value: 'yes' | 'no'): void => {
    press(async () => {
      await store.act(`/safety/sessions/${id}/checklist/${item.id}`, { answer: value, reason: null });
      if (value === 'no') onLater();
    });
  };
  return (
    <Screen dock={<><Trouble text={trouble} /><ItemDock asking={asking} busy={busy} onAnswer={answer} onNotYet={() => setAsking(false)} onLater={onLater} /></>}>
      <Heading>{item.title}</Heading>
      <p><span className="label">{p.checklist.why}</span> {item.why}</p>
      {!asking && <Note tone="soon" live><strong>{p.checklist.todo}</strong><p>{item.todo}</p></Note>}
      {saidNo(item) && <p className="muted">{p.checklist.cannotSaid}</p>}
    </Screen>
  );
}

export function Checklist() {
  const world = useWorld();
  const { patient } = useSession();
  const [skipped, setSkipped] = useState<string[]>([]);
  const items = ownItems(world);
  const open = items.filter((item) => !isSettled(item));
  // Those set aside come again after the others.
  const item = open.find((one) => !skipped.includes(one.id)) ?? open[0];
  const later = (): void => {
    if (!item) return;
    const rest = open.filter((one) => one.id !== item.id && !skipped.includes(one.id));
    setSkipped(rest.length === 0 ? [item.id] : [...skipped, item.id]);
  };
  return (
    <>
      <div className="progress">
        <p>{p.checklist.heading(patient)}</p>
        <p>{p.checklist.item(Math.min(items.length, items.length - open.length + 1), items.length)}</p>
        <progress max={items.length} value={items.length - open.length} aria-label={p.checklist.left(open.length)} />
      </div>
      {item && <OneItem key={`${item.id}.${item.state}.${item.answers.length}`} item={item} onLater={later} />}
    </>
  );
}

export function Ready() {
  const store = useStore();
  const { id, patient } = useSession();
  const { busy, trouble, press } = usePress();
  return (
    <Screen dock={<><Trouble text={trouble} /><Press tone="primary" big busy={busy}
      onPress={() => { press(() => store.act(`/safety/sessions/${id}/ready`, {})); }}>{p.ready.press}</Press></>}>
      <Heading>{p.ready.heading}</Heading>
      <p>{p.ready.body(patient)}</p>
      <p className="muted">{p.ready.takeTime}</p>
    </Screen>
  );
}
