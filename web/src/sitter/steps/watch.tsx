// The watch: the ring, one question a screen, and three buttons that never move.
import { useCallback, useState } from 'react';
import { age } from '../../lib/format';
import { MINUTE, clockTime } from '../../lib/time';
import { ringWords } from '../../words/en/ring';
import { sitterWords as w } from '../../words/en/sitter';
import { useAwake } from '../awake';
import { useSession, useStore, useWorld } from '../context';
import { EmergencyCard } from '../emergency';
import { NormalCard } from '../normal';
import { Banners } from '../parts/banners';
import { WatchDock } from '../parts/dock';
import { Ring } from '../parts/ring';
import { Mark, Note, Press, Screen } from '../parts/screen';
import { useNudge, useWatch, type WatchView } from '../use-watch';
import { VideoCorner } from '../video-corner';
import { CountTask } from './count';
import { Pressure } from './later';
import { judged, Result } from './result';
import { LookQuestion, useLook, type Given } from './look';
import { useMainPress } from './main-press';

function Top({ view, small }: { view: WatchView; small: boolean }) {
  const { session, watch } = useWorld();
  const { patient } = useSession();
  const phase = w.watch.phases[session?.protocol_phase ?? watch?.phase ?? ''] ?? '';
  const minutes = session?.dose_at ? Math.max(0, Math.floor(((view.now - session.dose_at) * session.pace) / MINUTE)) : 0;
  return (
    <header className="top">
      <p className="top-line">
        {w.watch.header(patient, phase, w.watch.sinceDose(minutes))}
        <Mark shape={view.silent ? 'unknown' : 'ok'}>{view.silent ? w.offline.heading : w.bar.connected}</Mark>
      </p>
      {small && <Ring size="small" state={view.ring} word={ringWords[view.ring.kind]} />}
    </header>
  );
}

function LateLine({ view }: { view: WatchView }) {
  const { zone } = useSession();
  if (view.next === null || view.ring.kind === 'waiting' || view.ring.kind === 'soon' || view.ring.kind === 'idle') return null;
  const told = view.ring.kind === 'grace' ? w.watch.lateTold(clockTime(view.next.deadline_at, zone)) : '';
  return (
    <Note tone={view.ring.kind === 'grace' ? 'soon' : 'late'} live>
      {view.ring.kind === 'grace' ? `${w.watch.lateBody(clockTime(view.next.due_at, zone))} ${told}` : w.watch.alarmBody}
    </Note>
  );
}

function Rest({ view }: { view: WatchView }) {
  const { watch } = useWorld();
  const { patient, zone } = useSession();
  const last = watch?.last ?? null;
  return (
    <section className="rest">
      <Ring size="large" state={view.ring} word={ringWords[view.ring.kind]} />
      {view.next !== null && <p>{(view.guessed ? w.watch.about : w.watch.nextLookAt)(clockTime(view.next.due_at, zone))}</p>}
      <p className="muted">{last === null ? w.watch.noLast : w.watch.last(w.watch.severity[last.severity], age(view.now, last.answered_at))}</p>
      <p>{w.watch.calm(patient)}</p>
    </section>
  );
}

/** After the discharge the room and the measuring are closed; the looks and the card stay. */
const useIsOver = (): boolean => useWorld().session?.phase === 'discharged';

function More() {
  const over = useIsOver();
  const [open, setOpen] = useState<'normal' | 'vitals' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <nav className="more" aria-label={w.watch.moreLabel}>
      <button type="button" onClick={() => setOpen('normal')}>
        {w.watch.normal}
      </button>
      {over ? null : (
        <button type="button" onClick={() => setOpen('vitals')}>
          {w.watch.pressure}
        </button>
      )}
      {open === 'normal' && <NormalCard onBack={close} />}
      {open === 'vitals' && <Pressure onBack={close} />}
    </nav>
  );
}

type Wrong = 'telling' | 'told' | 'kept';

function WrongLine({ wrong }: { wrong: Wrong }) {
  const { therapist } = useSession();
  const said = { telling: w.watch.wrongSending, told: w.watch.wrongHeading(therapist), kept: w.watch.wrongKept }[wrong];
  return (
    <Note tone="late" live>
      <Mark shape={wrong === 'told' ? 'ok' : 'late'}>{said}</Mark> {w.watch.wrongBody}
    </Note>
  );
}

/** A look that falls due does not wait behind the thanks for the one before it. */
function thanksAreOver(given: Given | null, { due, next }: WatchView): boolean {
  if (given === null || given.outcome.kind !== 'sent' || judged(given).severity !== 'ok') return false;
  return due && next !== null && given.outcome.answer.next?.sequence === next.sequence;
}

/** The count that is owed, or else the question at hand. */
function Asked({ look, press: { task, count, by } }: { look: ReturnType<typeof useLook>; press: ReturnType<typeof useMainPress> }) {
  if (task === undefined) return <LookQuestion look={look} />;
  return <CountTask question={task} count={count} onNumber={(value) => { count.again(); look.count(value, by); }} />;
}

export function WatchStep({ onHandover }: { onHandover?: () => void }) {
  const view = useWatch();
  useNudge(view);
  const mayGoDark = useAwake();
  const store = useStore();
  const over = useIsOver();
  const { id } = useSession();
  const [result, setGiven] = useState<Given | null>(null);
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const [early, setEarly] = useState(false);
  const look = useLook(view.next?.sequence ?? 0, wrong !== null, (now) => {
    setGiven(now);
    if (now.outcome.kind !== 'sending') return;
    setWrong(null);
    setEarly(false);
  });
  const press = useMainPress(view, look, wrong !== null);
  const given = thanksAreOver(result, view) ? null : result;
  const done = useCallback(() => setGiven(null), []);
  const looking = given === null && view.next !== null && (view.due || early || wrong !== null || look.begun);
  const somethingWrong = (): void => {
    setGiven(null);
    setWrong('telling');
    void store.outbox.putFirst(`/checkins/sessions/${id}/alarm`, { kind: 'something_wrong' }).then(({ kind }) => setWrong(kind === 'sent' ? 'told' : 'kept'));
  };
  const main = looking
    ? press.main
    : given !== null && judged(given).severity !== 'ok'
      ? { label: w.watch.understood, tone: 'plain' as const, onPress: done }
      : { label: w.watch.early, tone: 'plain' as const, onPress: () => setEarly(true) };
  return (
    <>
      <Screen top={<Top view={view} small={looking || (given !== null && judged(given).severity !== 'ok')} />} dock={<WatchDock main={main} onWrong={somethingWrong} />}>
        <Banners view={view} mayGoDark={mayGoDark} />
        {onHandover !== undefined && !looking && <Press tone="primary" onPress={onHandover}>{w.watch.handover}</Press>}
        {wrong !== null && <WrongLine wrong={wrong} />}
        {given === null && wrong === null && view.incidents.length === 0 && <LateLine view={view} />}
        {looking && press.hasty && <Note tone="soon" live>{w.count.hasty}</Note>}
        {given !== null ? <Result given={given} onDone={done} /> : looking ? <Asked look={look} press={press} /> : <Rest view={view} />}
        <More />
        {over ? null : <VideoCorner />}
      </Screen>
      {given !== null && judged(given).severity === 'emergency' && <EmergencyCard onBack={done} />}
    </>
  );
}
