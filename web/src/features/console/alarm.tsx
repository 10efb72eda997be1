import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { serverNow } from '../../api/clock';
import { useNow } from '../../api/use-now';
import type { Watch } from '../../api/types';
import { sound, type Priority } from '../../lib/sound';
import { MILLISECOND, SECOND } from '../../lib/time';
import { causeWords, scripts } from '../../words/en/causes';
import { consoleWords as words } from '../../words/en/console';
import styles from './alarm.module.css';
import { useKeeper } from './keeper';
import { firstThing, openIncidents, unseenSupport, useScene, whoSat } from './scene';

/** Sound needs one press on the page; any press will do. */
export function useUnlockedSound(): boolean {
  useEffect(() => {
    const unlock = (): void => void sound.unlock();
    window.addEventListener('pointerdown', unlock);
    window.addEventListener('keydown', unlock);
    return () => {
      window.removeEventListener('pointerdown', unlock);
      window.removeEventListener('keydown', unlock);
    };
  }, []);
  return useSyncExternalStore((told) => sound.onChange(told), () => sound.running());
}

export interface Alert {
  key: string;
  /** Drawn by its own card. */
  incident: boolean;
  title: string;
  detail: string;
  priority: Priority;
  /** Seen here and not heard: a tone in this room is heard in the home. */
  silent?: boolean;
}

/** Everything that must be seen and heard now, loudest first. */
export function useAlerts(): Alert[] {
  const scene = useScene();
  const { watch, sitter, patient } = scene;
  const { alone, view } = useKeeper();
  // From D + 5 s on the band says it, and says more.
  const said_above = alone && view.overdue;
  const now = useNow();
  const overdue = watch?.armed === true && watch.next !== null && now >= watch.next.deadline_at;
  return useMemo(() => {
    const open = openIncidents(watch).filter(({ state }) => state === 'open');
    const alerts: Alert[] = open.map((incident) => ({ key: incident.id, incident: true, title: causeWords(incident, whoSat(scene, incident), patient), detail: words.incident.script, priority: incident.severity === 'watch' ? 'late' : 'alarm', silent: incident.cause in scripts }));
    // The countdown here alarms too, before the server's word arrives and when it does not; not again once a person has closed it.
    if (overdue && !said_above && !spokenFor(watch)) alerts.push({ key: 'overdue', incident: false, title: words.late_title(sitter), detail: firstThing(watch, words.incident.script), priority: 'alarm' });
    return alerts;
  }, [scene, watch, sitter, patient, overdue, said_above]);
}

/** An incident of this deadline exists, in whatever state: its card and its ladder speak. */
const spokenFor = (watch: Watch | undefined): boolean => (watch?.incidents ?? []).some(({ cause, state, opened_at }) => (state !== 'resolved' && !(cause in scripts)) || opened_at >= (watch?.next?.deadline_at ?? Infinity) - SECOND);

const loudest = (alerts: Alert[], asked: boolean, alone: boolean): Priority | null => (alone ? 'lost' : alerts.some(({ priority }) => priority === 'alarm') ? 'alarm' : alerts.length > 0 || asked ? 'late' : null);

/** The strip at the top of the rail and the sound with it. Both end when somebody acts, not before. */
export function Alarm() {
  const { watch } = useScene();
  const alerts = useAlerts();
  const { sounding } = useKeeper();
  const priority = loudest(alerts.filter(({ silent }) => !silent), unseenSupport(watch) !== null, sounding);
  useEffect(() => sound.only(priority), [priority]);
  useEffect(() => () => sound.quiet(), []);
  return alerts.filter(({ incident }) => !incident).map((alert) => <AlertStrip key={alert.key} alert={alert} />);
}

/** One alarm in words. `data-alarm-at`: when this screen first showed it, server clock, milliseconds. */
export function AlertStrip({ alert }: { alert: Pick<Alert, 'title' | 'detail' | 'priority'> }) {
  const [shown_ms] = useState(() => Math.round(serverNow() / MILLISECOND));
  return (
    <div role="alert" className={styles.alert} data-priority={alert.priority} data-alarm-at={shown_ms}>
      <strong className={styles.title}>
        <span aria-hidden="true">{alert.priority === 'alarm' ? '▲' : '◑'}</span> {alert.title}
      </strong>
      <span>{alert.detail}</span>
    </div>
  );
}
