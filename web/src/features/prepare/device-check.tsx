// Camera and sound, one question a screen: permission, do you see yourself, the bar, two notes, the line.
import { useEffect, useRef, useState } from 'react';
import { get } from '../../api/client';
import { useMe } from '../../api/me';
import type { Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { closeDevices, LevelMeter, openDevices, playTone, type OpenedDevices } from '../../lib/media/devices';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './prepare.module.css';

const words = patientWords.devices;
type Step = 'permission' | 'see' | 'mic' | 'hear' | 'line' | 'finished';
interface Findings {
  camera: boolean;
  microphone: boolean;
  speaker: boolean;
  connection: { round_trip_ms: number; loss_percent: number };
}

/** Ten short questions to the server: enough to see a lost one, quick enough not to wait. */
const PINGS = 10;
/** A line slower than this makes talking tiring (reliability.md §2.6). */
const SLOW_MS = 400;

async function measureLine(): Promise<Findings['connection']> {
  const trips: number[] = [];
  for (let index = 0; index < PINGS; index += 1) {
    const from = performance.now();
    await get('/time').then(
      () => trips.push(performance.now() - from),
      () => undefined,
    );
  }
  const middle = trips.sort((a, b) => a - b)[Math.floor(trips.length / 2)] ?? 10_000;
  return { round_trip_ms: Math.round(middle), loss_percent: Math.round((1 - trips.length / PINGS) * 100) };
}

const troubleOf = (devices: OpenedDevices): string | null => (!devices.camera.ok ? devices.camera.trouble : !devices.microphone.ok ? devices.microphone.trouble : null);

/** `onBegin`: from then on it stays open until it is left, for what came of it must be read. */
export function DeviceCheck({ session, onBegin, onDone }: { session: Id; onBegin: () => void; onDone: () => void }) {
  const me = useMe();
  const [step, setStep] = useState<Step>('permission');
  const [devices, setDevices] = useState<OpenedDevices | null>(null);
  const [found, setFound] = useState<Findings>({ camera: false, microphone: false, speaker: false, connection: { round_trip_ms: 0, loss_percent: 0 } });
  const save = useCommand<Findings>('video', () => `/sessions/${session}/device-check`, session);
  useEffect(() => () => closeDevices(devices?.stream ?? null), [devices]);
  const note = (change: Partial<Findings>, next: Step): void => {
    setFound({ ...found, ...change });
    setStep(next);
  };
  const line = async (speaker: boolean): Promise<void> => {
    setStep('line');
    const findings = { ...found, speaker, connection: await measureLine() };
    setFound(findings);
    save.mutate(findings, {
      onSuccess: () => {
        sessionStorage.setItem(`holdspace.devices.${session}`, '1');
        setStep('finished');
      },
    });
  };
  switch (step) {
    case 'permission':
      return <Permission onOpened={(opened) => { onBegin(); setDevices(opened); setStep('see'); }} />;
    case 'see':
      return <See stream={devices?.stream ?? null} onAnswer={(camera) => note({ camera }, 'mic')} />;
    case 'mic':
      return <Microphone stream={devices?.stream ?? null} onAnswer={(microphone) => note({ microphone }, 'hear')} />;
    case 'hear':
      return <Hear onAnswer={(speaker) => void line(speaker)} />;
    case 'line':
      return (
        <div className={styles.form}>
          <h3 role="status">{words.line}</h3>
          <ProblemNotice problem={save.error} phone={me.clinic_phone} onAgain={() => void line(found.speaker)} />
        </div>
      );
    case 'finished':
      return <Finished found={found} onAgain={() => setStep('permission')} onDone={onDone} />;
  }
}

function Permission({ onOpened }: { onOpened: (devices: OpenedDevices) => void }) {
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<OpenedDevices | null>(null);
  const ask = async (): Promise<void> => {
    setAsking(true);
    const devices = await openDevices();
    setAsking(false);
    if (troubleOf(devices) === null) onOpened(devices);
    else setTrouble(devices);
  };
  const why = trouble === null ? null : troubleOf(trouble);
  return (
    <div className={styles.form}>
      <h3>{words.permission}</h3>
      <p role="status">{asking ? words.asking : words.permissionBody}</p>
      {why === null ? null : <p role="alert">{words.troubles[why]}</p>}
      <div className={styles.row}>
        <Button size="large" busy={asking} onClick={() => void ask()}>
          {why === null ? words.ask : words.again}
        </Button>
        {trouble === null ? null : (
          <Button look="bare" onClick={() => onOpened(trouble)}>
            {words.goOn}
          </Button>
        )}
      </div>
    </div>
  );
}

function Answers({ yes, no, onAnswer }: { yes: string; no: string; onAnswer: (answer: boolean) => void }) {
  return (
    <div className={styles.row}>
      <Button size="large" onClick={() => onAnswer(true)}>
        {yes}
      </Button>
      <Button size="large" look="quiet" onClick={() => onAnswer(false)}>
        {no}
      </Button>
    </div>
  );
}

function See({ stream, onAnswer }: { stream: MediaStream | null; onAnswer: (seen: boolean) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <div className={styles.form}>
      <h3>{words.see}</h3>
      <p>{words.seeBody}</p>
      <video ref={video} className={styles.mirror} autoPlay playsInline muted aria-label={words.see} />
      <Answers yes={patientWords.yes} no={patientWords.no} onAnswer={onAnswer} />
    </div>
  );
}

function Microphone({ stream, onAnswer }: { stream: MediaStream | null; onAnswer: (moves: boolean) => void }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const meter = new LevelMeter(stream, setLevel);
    return () => meter.close();
  }, [stream]);
  return (
    <div className={styles.form}>
      <h3>{words.mic}</h3>
      <p>{words.micBody}</p>
      <meter className={styles.level} min={0} max={1} value={level} aria-label={words.mic} />
      <Answers yes={words.micMoves} no={words.micStill} onAnswer={onAnswer} />
    </div>
  );
}

function Hear({ onAnswer }: { onAnswer: (heard: boolean) => void }) {
  const [missed, setMissed] = useState(false);
  return (
    <div className={styles.form}>
      <h3>{words.hear}</h3>
      <div className={styles.row}>
        <Button look="quiet" onClick={() => void playTone()}>
          {words.play}
        </Button>
      </div>
      {missed ? <p role="status">{words.noHear}</p> : null}
      <Answers yes={patientWords.yes} no={patientWords.no} onAnswer={(heard) => (heard || missed ? onAnswer(heard) : setMissed(true))} />
    </div>
  );
}

function Finished({ found, onAgain, onDone }: { found: Findings; onAgain: () => void; onDone: () => void }) {
  const { round_trip_ms } = found.connection;
  return (
    <div className={styles.form}>
      <h3 role="status">{found.camera && found.microphone && found.speaker ? words.finished : words.partly}</h3>
      <p>{round_trip_ms < SLOW_MS ? words.lineGood(round_trip_ms) : words.lineSlow(round_trip_ms)}</p>
      <div className={styles.row}>
        <Button size="large" onClick={onDone}>
          {words.finish}
        </Button>
        <Button look="bare" onClick={onAgain}>
          {words.again}
        </Button>
      </div>
    </div>
  );
}
