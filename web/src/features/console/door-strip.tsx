import { useEffect, useState } from 'react';
import { serverNow } from '../../api/clock';
import { live } from '../../api/live';
import { useNow } from '../../api/use-now';
import { age } from '../../lib/format';
import type { Micros } from '../../lib/time';
import { Button } from '../../ui/button';
import { consoleWords } from '../../words/en/console';
import { useScene } from './scene';
import styles from './strip.module.css';

const words = consoleWords.door;

/** Somebody was refused at the sitter's door. It stays until the therapist has read it; the trail keeps it for good. */
export function DoorStrip() {
  const { id, sitter } = useScene();
  const now = useNow();
  const [refused_at, setRefusedAt] = useState<Micros | null>(null);
  useEffect(
    () =>
      live.onChanged(({ what, session }) => {
        if (what === 'identity.sitter_refused' && session === id) setRefusedAt(serverNow());
      }),
    [id],
  );
  if (refused_at === null) return null;
  return (
    <div className={styles.strip} role="status">
      <strong>{words.refused(age(now, refused_at))}</strong>
      <span>{words.todo(sitter)}</span>
      <Button onClick={() => setRefusedAt(null)}>{words.read}</Button>
    </div>
  );
}
