// Everything of the sitter's is done: the room, who is ready, what is still open.
import { sitterWords as w } from '../../words/en/sitter';
import { useState } from 'react';
import { useAwake } from '../awake';
import { useSession, useWorld } from '../context';
import { EmergencyButton } from '../parts/dock';
import { Heading, Mark, Press, Screen } from '../parts/screen';
import { VideoCorner } from '../video-corner';
import { Pressure } from './later';

function WhoIsReady() {
  const { session } = useWorld();
  const { patient, therapist } = useSession();
  const rows = [
    ['patient', patient, session?.ready.patient],
    ['sitter', w.you, session?.ready.sitter],
    ['therapist', therapist, session?.ready.therapist],
  ] as const;
  return (
    <section aria-label={w.waiting.who}>
      <h2>{w.waiting.who}</h2>
      <ul className="who">
        {rows.map(([role, name, ready]) => (
          <li key={role}>
            <span>{name}</span>
            <Mark shape={ready === true ? 'ok' : 'soon'}>{ready === true ? w.waiting.isReady : w.waiting.notReady}</Mark>
          </li>
        ))}
      </ul>
    </section>
  );
}

function StillOpen() {
  const { gate } = useWorld();
  if (gate === null || gate.red.length === 0) return null;
  return (
    <section aria-label={w.waiting.open}>
      <h2>{w.waiting.open}</h2>
      <ul className="plain-list">
        {gate.red.map((item) => (
          <li key={item.id}>{item.title}</li>
        ))}
      </ul>
    </section>
  );
}

export function Waiting() {
  const { therapist } = useSession();
  const [measuring, setMeasuring] = useState(false);
  useAwake();
  return (
    <Screen
      dock={
        <>
          <Press onPress={() => setMeasuring(true)}>{w.watch.pressure}</Press>
          <EmergencyButton />
        </>
      }
    >
      <Heading>{w.waiting.heading}</Heading>
      <p>{w.waiting.next(therapist)}</p>
      <VideoCorner />
      <WhoIsReady />
      <StillOpen />
      {measuring && <Pressure onBack={() => setMeasuring(false)} />}
    </Screen>
  );
}
