import { consoleWords } from '../../words/en/console';
import { usePresenceCode } from './queries';
import styles from './ready.module.css';
import { useScene } from './scene';

/** Six digits to read aloud; the sitter types them, which proves the same room. */
export function PresenceCodeCard() {
  const { id, session } = useScene();
  const { data } = usePresenceCode(id, !session.ready.sitter);
  if (data === undefined || session.ready.sitter) return null;
  return (
    <p className={styles.code}>
      <span>{consoleWords.ready.code}</span>
      <strong>{`${data.code.slice(0, 3)} ${data.code.slice(3)}`}</strong>
    </p>
  );
}
