import { useEffect } from 'react';
import { useCommand } from '../../api/use-command';
import { consoleWords } from '../../words/en/console';
import styles from './drawer.module.css';
import { useDrawer } from './drawers';
import { openIncidents, unseenSupport, useScene } from './scene';
import type { Room } from './use-room';

const words = consoleWords.keys_list;

const LIST = [
  ['1', words.emergency],
  ['2', words.vitals],
  ['3', words.on_it],
  ['4', words.seen],
  ['5', words.look],
  ['6', words.mute],
  ['7', words.dose],
  ['8', words.discharge],
  ['9', words.end],
  ['?', words.help],
] as const;

export const KeysList = () => (
  <ul className={styles.keys}>
    {LIST.map(([key, what]) => (
      <li key={key}>
        <kbd>{key}</kbd> {what}
      </li>
    ))}
  </ul>
);

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('input:not([type=radio],[type=checkbox]), textarea, select') !== null;

/** 1 to 9 and "?": the hands need not leave the keyboard, the eyes not the face. */
export function useKeys(room: Room): void {
  const { id, watch } = useScene();
  const { show } = useDrawer();
  const worst = openIncidents(watch).find(({ state }) => state === 'open');
  const asked = unseenSupport(watch);
  const { mutate: acknowledge } = useCommand<{ id$: string }>('checkins', ({ id$ }) => `/incidents/${id$}/acknowledge`, id);
  const { mutate: see } = useCommand<{ id$: string }>('checkins', ({ id$ }) => `/sessions/${id}/support/${id$}/seen`, id);
  useEffect(() => {
    const actions: Record<string, () => void> = {
      '1': () => show('card'),
      '2': () => show('vitals'),
      '3': () => worst !== undefined && acknowledge({ id$: worst.id }),
      '4': () => asked !== null && see({ id$: asked.id }),
      '5': () => show('look'),
      '6': room.toggleMicrophone,
      '7': () => show('dose'),
      '8': () => show('discharge'),
      '9': () => show('end'),
      '?': () => show('keys'),
    };
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
      const action = actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  });
}
