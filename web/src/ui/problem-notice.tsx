import type { Problem } from '../api/problems';
import { problemWords } from '../words/en/problems';
import { Button } from './button';
import styles from './problem-notice.module.css';

interface ProblemNoticeProps {
  problem: Problem | null;
  /** In a session every error names a number to call. */
  phone?: string | undefined;
  onAgain?: () => void;
}

/** What happened, what to do, whom to call. Draws nothing when there is nothing. */
export function ProblemNotice({ problem, phone, onAgain }: ProblemNoticeProps) {
  if (problem === null) return null;
  return (
    <div role="alert" className={styles.notice}>
      <strong>{problem.body.title}</strong>
      <p>{problem.body.detail}</p>
      {problem.fields.length === 0 ? null : (
        <ul className={styles.fields}>
          {problem.fields.map((field) => (
            <li key={`${field.name}${field.code}`}>{field.detail}</li>
          ))}
        </ul>
      )}
      {phone === undefined ? null : <p>{problemWords.call_clinic(phone)}</p>}
      {onAgain === undefined ? null : (
        <Button look="quiet" onClick={onAgain}>
          {problemWords.again}
        </Button>
      )}
      {problem.body.request_id === '' ? null : <small className={styles.reference}>{problemWords.reference(problem.body.request_id)}</small>}
    </div>
  );
}
