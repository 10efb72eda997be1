import type { Encryption } from '../lib/media/e2ee/agreement';
import { encryptionWords as words, sayEncryption } from '../words/en/encryption';
import { Button } from './button';
import styles from './call-encryption.module.css';
import { StateBadge } from './state-badge';

interface CallEncryptionProps {
  encryption: Encryption;
  nameOf: (person: string) => string;
  /** Who reads this. */
  me: string;
  /** What to do with the six words: to read them aloud, or to listen. */
  compare: string;
  onAgree: () => void;
}

/** How the call is encrypted, in words, for as long as it lasts; and the one question when somebody's browser cannot. */
export function CallEncryption({ encryption, nameOf, me, compare, onAgree }: CallEncryptionProps) {
  const said = sayEncryption(encryption, nameOf, me);
  return (
    <section className={styles.line} aria-label={words.heading}>
      <div role="status" className={styles.state}>
        <StateBadge tone={said.tone} quiet={said.tone === 'ok'}>
          {said.title}
        </StateBadge>
        <span className={styles.text}>{said.text}</span>
      </div>
      {encryption.kind === 'encrypted' ? <SafetyWords words={said.words} compare={compare} /> : null}
      {said.asks ? (
        <Button look="quiet" onClick={onAgree}>
          {words.agree}
        </Button>
      ) : null}
    </section>
  );
}

function SafetyWords({ words: six, compare }: { words: readonly string[] | null; compare: string }) {
  if (six === null) return <p className={styles.text}>{words.working}</p>;
  return (
    <div className={styles.words}>
      <ol aria-label={words.words}>
        {six.map((word, at) => (
          <li key={at}>{word}</li>
        ))}
      </ol>
      <small>
        {compare} {words.differ}
      </small>
    </div>
  );
}
