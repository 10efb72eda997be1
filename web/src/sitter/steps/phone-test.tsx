// The phone test: is the sound heard, is the buzz felt, is the line quick, does the battery last. One question a screen.

import { useState } from 'react';
import { get, post } from '../../api/client';
import { sound } from '../../lib/sound';
import { sitterWords as w } from '../../words/en/sitter';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore } from '../context';
import { battery } from '../battery';
import { keep } from '../memory';
import { Choices } from '../parts/choices';
import { Heading, Note, Press, Screen, Trouble } from '../parts/screen';
import type { PhoneTestResult } from '../types';
import { QuietCall } from './quiet-call';

type Part = 'sound' | 'buzz' | 'battery' | 'charger' | 'quiet' | 'sending' | 'failed';
interface Findings { sound: boolean; vibration: boolean; battery_percent: number; charging: boolean }

const YES_NO = [{ value: 'yes', label: w.yes }, { value: 'no', label: w.no }];

/** Long enough to be felt through a sleeve. */
const BUZZ_MS = [300, 100, 300, 100, 300];
const canBuzz = (): boolean => typeof navigator.vibrate === 'function';
const buzz = (): boolean => canBuzz() && navigator.vibrate(BUZZ_MS);

/** The middle of three round trips, so that one hiccup does not decide. */
async function roundTrip(): Promise<number> {
  const trips: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const from = performance.now();
    await get('/time');
    trips.push(performance.now() - from);
  }
  return Math.round(trips.sort((a, b) => a - b)[1] ?? 0);
}

function SoundPart({ onHeard }: { onHeard: () => void }) {
  const [played, setPlayed] = useState(false);
  const [missed, setMissed] = useState(false);
  const play = (): void => { void sound.unlock().then(() => sound.play('alarm')); setPlayed(true); };
  return (
    <>
      <Heading>{played ? p.phone.heard : p.phone.heading}</Heading>
      <p>{p.phone.intro}</p>
      {missed && <Note tone="soon" live>{p.phone.notHeard}</Note>}
      <Press tone={played ? 'plain' : 'primary'} big onPress={play}>{played ? p.phone.again : p.phone.play}</Press>
      {played && <Choices label={p.phone.heard} choices={YES_NO} onChoose={(value) => { if (value === 'yes') onHeard(); else setMissed(true); }} />}
    </>
  );
}

function BuzzPart({ onAnswer }: { onAnswer: (felt: boolean) => void }) {
  const [missed, setMissed] = useState(false);
  if (!canBuzz()) {
    return <><Heading>{p.phone.heading}</Heading><p>{p.phone.noBuzz}</p><Press tone="primary" big onPress={() => onAnswer(false)}>{w.next}</Press></>;
  }
  return (
    <>
      <Heading>{p.phone.buzz}</Heading>
      {missed && <Note tone="soon" live>{p.phone.notFelt}</Note>}
      <Press onPress={() => buzz()}>{p.phone.buzzAgain}</Press>
      <Choices label={p.phone.buzz} choices={YES_NO} onChoose={(value) => { if (value === 'yes' || missed) onAnswer(value === 'yes'); else setMissed(true); }} />
    </>
  );
}

function Failed({ failed, onRetry }: { failed: string[]; onRetry: () => void }) {
  return (
    <>
      <Heading>{p.phone.failedAny}</Heading>
      <ul className="plain-list">{failed.map((part) => <li key={part}>{p.phone.failed[part] ?? part}</li>)}</ul>
      <Press tone="primary" big onPress={onRetry}>{p.phone.retry}</Press>
    </>
  );
}

export function PhoneTest() {
  const store = useStore();
  const { id } = useSession();
  const [part, setPart] = useState<Part>('sound');
  const [found, setFound] = useState<Findings>({ sound: false, vibration: false, battery_percent: 0, charging: false });
  const [failed, setFailed] = useState<string[]>([]);
  const { trouble, press } = usePress();

  const send = (findings: Findings): void => {
    setPart('sending');
    press(async () => {
      const round_trip_ms = await roundTrip();
      const result = await post<PhoneTestResult>(`/safety/sessions/${id}/phone-test`, { ...findings, round_trip_ms });
      setFailed(result.failed);
      if (!result.passed) { setPart('failed'); return; }
      keep(`phone.${id}`, true);
      await store.refresh();
    });
  };
  const felt = async (vibration: boolean): Promise<void> => {
    const known = await battery();
    const next = { ...found, vibration, battery_percent: known ? Math.round(known.level * 100) : 0, charging: known?.charging ?? false };
    setFound(next);
    if (known?.charging === true) setPart('quiet');
    else setPart(known === null ? 'battery' : 'charger');
  };
  const levels = p.phone.batteryLevels.map(([label, percent]) => ({ label, value: String(percent) }));
  return (
    <Screen>
      {part === 'sound' && <SoundPart onHeard={() => { setFound({ ...found, sound: true }); setPart('buzz'); buzz(); }} />}
      {part === 'buzz' && <BuzzPart onAnswer={(vibration) => void felt(vibration)} />}
      {part === 'battery' && <><Heading>{p.phone.battery}</Heading><Choices label={p.phone.battery} choices={levels}
        onChoose={(value) => { setFound({ ...found, battery_percent: Number(value) }); setPart('charger'); }} /></>}
      {part === 'charger' && <><Heading>{p.phone.charger}</Heading><Choices label={p.phone.charger} choices={YES_NO}
        onChoose={(value) => { setFound({ ...found, charging: value === 'yes' }); setPart('quiet'); }} /></>}
      {part === 'quiet' && <QuietCall onDone={() => send(found)} />}
      {part === 'sending' && <><Heading>{p.phone.line}</Heading><Trouble text={trouble} />
        {trouble !== null && <Press tone="primary" onPress={() => send(found)}>{p.phone.retry}</Press>}</>}
      {part === 'failed' && <Failed failed={failed} onRetry={() => setPart('sound')} />}
    </Screen>
  );
}
