import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import { asProblem } from '../../api/problems';
import { useSilence } from '../../api/use-live';
import { useNow } from '../../api/use-now';
import { paths } from '../../app/paths';
import { sound } from '../../lib/sound';
import { Button } from '../../ui/button';
import { Empty, Loading } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { boardWords as words } from '../../words/en/board';
import { BoardLine } from './board-line';
import { rowState, worstFirst } from './board-state';
import styles from './board.module.css';
import { useBoard, useIncidents, useWatches } from './queries';
import { serverNow } from '../../api/clock';
import { MILLISECOND } from '../../lib/time';

const UNDER_WAY = ['dosed', 'recovering'];

export function BoardPage() {
  const wall = 'wall' in useSearch({ strict: false });
  const { clinic_phone } = useMe();
  const { data: rows, error, refetch } = useBoard();
  const { data: incidents = [] } = useIncidents();
  const { name } = useClinicNames();
  const watches = useWatches((rows ?? []).filter(({ phase }) => UNDER_WAY.includes(phase)).map(({ session }) => session));
  const now = useNow();
  const silent = useSilence();
  const states = (rows ?? []).map((row) => rowState(row, watches.get(row.session), incidents, now, silent)).sort(worstFirst);
  const unowned = incidents.filter(({ state }) => state === 'open').length;
  return (
    <Page title={words.title} lead={wall ? undefined : words.lead} surface={wall ? 'night' : 'day'} width={wall ? 'wall' : 'working'}>
      <div className={styles.tools}>
        <Button look="quiet" onClick={() => void sound.unlock()}>
          {words.sound}
        </Button>
        <a className={styles.wall} href={wall ? paths.board() : paths.wall()}>
          {wall ? words.leave_wall : words.wall}
        </a>
      </div>
      {unowned > 0 ? <Unowned key={unowned} count={unowned} /> : null}
      {error !== null && rows === undefined ? <ProblemNotice problem={asProblem(error)} phone={clinic_phone} onAgain={() => void refetch()} /> : null}
      {rows === undefined ? error === null ? <Loading>{words.loading}</Loading> : null : states.length === 0 ? <Empty>{words.empty}</Empty> : null}
      <ul className={styles.board} data-wall={wall || undefined}>
        {states.map((state) => (
          <BoardLine key={state.row.session} state={state} name={(person) => name(person, words.someone)} wall={wall} />
        ))}
      </ul>
    </Page>
  );
}

/** Sound only for what nobody owns. */
function Unowned({ count }: { count: number }) {
  useEffect(() => {
    sound.only('alarm');
    return () => sound.quiet();
  }, []);
  return (
    <p role="alert" className={styles.unowned} data-alarm-at={Math.round(serverNow() / MILLISECOND)}>
      <span aria-hidden="true">▲</span> {words.unowned(count)}
    </p>
  );
}
