import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { HoldButton } from '../../ui/hold-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { consoleWords as words } from '../../words/en/console';
import { Alarm } from './alarm';
import { AloneBand } from './alone-band';
import { BeginDose } from './begin-dose';
import styles from './console.module.css';
import { CloseSession } from './discharge-form';
import { DoorStrip } from './door-strip';
import { DrawerPanel } from './drawer';
import { useDrawer } from './drawers';
import { Header } from './header';
import { IncidentPanel } from './incident-panel';
import { useKeys } from './keys';
import { WatchCard } from './rail';
import { ReadyLine, ReadyRoom } from './ready-room';
import { ReplaceSitter } from './replace-sitter';
import { isBeforeDose, isUnderWatch, useScene } from './scene';
import { SignsStrip } from './signs-strip';
import { Stage } from './stage';
import { SupportStrip } from './support-strip';
import { Timeline } from './timeline';
import { useRoom } from './use-room';
import { VitalsCard } from './vitals-card';
import { WatchdogStrip } from './watchdog-strip';

export function ConsoleBody() {
  const scene = useScene();
  const room = useRoom(scene.id);
  useKeys(room);
  const before = isBeforeDose(scene);
  return (
    <div className={styles.console} data-before={before || undefined}>
      <AloneBand />
      <Header />
      <div className={styles.top}>
        <WatchdogStrip />
        <SupportStrip />
        <SignsStrip />
        <DoorStrip />
        {before ? <ReadyLine /> : null}
      </div>
      <div className={styles.main}>
        <div className={styles.stage}>
          <Stage room={room} />
        </div>
        <aside className={styles.rail} aria-label={words.rail.heading}>
          <Alarm />
          <IncidentPanel />
          <DrawerPanel />
          {before ? <BeginDose /> : <WatchCard />}
          {isUnderWatch(scene) ? <ReplaceSitter /> : <Ended />}
          <VitalsCard />
          <Actions />
        </aside>
        {before ? (
          <div className={styles.ready}>
            <ReadyRoom />
          </div>
        ) : null}
      </div>
      {before ? null : <Timeline />}
    </div>
  );
}

/** What is left to do when the session is over. */
function Ended() {
  const { session, patient } = useScene();
  if (session.phase === 'discharged')
    return (
      <section className={styles.ended}>
        <p>{words.discharge.done(patient)}</p>
        <CloseSession />
      </section>
    );
  if (session.end === null) return null;
  return (
    <section className={styles.ended}>
      <p>{words.end.ended(words.end.kinds[session.end.kind])}</p>
      {session.phase === 'closed' ? null : <CloseSession />}
    </section>
  );
}

function Actions() {
  const scene = useScene();
  const { show } = useDrawer();
  const raise = useCommand<{ kind: 'something_wrong' }>('checkins', () => `/sessions/${scene.id}/alarm`, scene.id);
  const over = !isBeforeDose(scene) && !isUnderWatch(scene);
  if (over) return null;
  return (
    <nav className={styles.actions} aria-label={words.more}>
      {scene.session.phase === 'recovering' || scene.session.phase === 'dosed' ? (
        <Button look={scene.session.phase === 'recovering' ? 'main' : 'quiet'} onClick={() => show('discharge')}>
          {words.discharge.open}
        </Button>
      ) : null}
      <Button look="quiet" onClick={() => show('dose')}>
        {words.dose.record}
      </Button>
      <Button look="quiet" onClick={() => show('end')}>
        {words.end.open}
      </Button>
      <HoldButton seconds={1} look="alarm" hint={words.incident.raise_hint} busy={raise.isPending} onHeld={() => raise.mutate({ kind: 'something_wrong' })}>
        {words.incident.raise}
      </HoldButton>
      <ProblemNotice problem={raise.error} />
    </nav>
  );
}
