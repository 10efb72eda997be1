import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMe } from '../api/me';
import { post } from '../api/client';
import type { Role } from '../api/types';
import { shellWords } from '../words/en/shell';
import { useSurface, type SurfaceChoice } from '../ui/surface';
import styles from './bar.module.css';
import { paths } from './paths';

interface Entry {
  to: string;
  name: string;
  roles: readonly Role[];
}

const ENTRIES: readonly Entry[] = [
  { to: paths.home(), name: shellWords.home, roles: ['patient', 'therapist', 'prescriber', 'coordinator', 'admin', 'auditor'] },
  { to: paths.book(), name: shellWords.book, roles: ['patient'] },
  { to: paths.journal(), name: shellWords.journal, roles: ['patient'] },
  { to: paths.board(), name: shellWords.board, roles: ['therapist', 'coordinator', 'admin', 'prescriber'] },
  { to: paths.clinic(), name: shellWords.clinic, roles: ['therapist', 'coordinator', 'admin', 'prescriber'] },
  { to: paths.ladder(), name: shellWords.ladder, roles: ['coordinator', 'admin', 'prescriber'] },
  { to: paths.alerts(), name: shellWords.alerts, roles: ['therapist', 'coordinator', 'admin', 'prescriber'] },
  { to: paths.numbers(), name: shellWords.numbers, roles: ['therapist', 'prescriber', 'coordinator', 'admin', 'auditor'] },
];

/** Top bar: whose clinic, where to, who is here. */
export function Bar() {
  const me = useMe();
  const entries = ENTRIES.filter((entry) => entry.roles.includes(me.role));
  return (
    <header className={styles.bar}>
      <span className={styles.clinic}>
        <img src="/mark.svg" alt="" width={28} height={28} />
        {me.clinic_name}
      </span>
      <nav aria-label={shellWords.navigation} className={styles.nav}>
        {entries.map((entry) => (
          <Link key={entry.to} to={entry.to} className={styles.link} activeOptions={{ exact: true }} activeProps={{ 'data-here': true }}>
            {entry.name}
          </Link>
        ))}
        {me.demo ? (
          <Link to={paths.mailbox()} className={styles.link} activeProps={{ 'data-here': true }}>
            {shellWords.mailbox}
          </Link>
        ) : null}
      </nav>
      <span className={styles.who}>
        {me.first_name}
        <small>{shellWords.roles[me.role]}</small>
      </span>
      <SurfaceSwitch />
      <SignOut />
    </header>
  );
}

function SurfaceSwitch() {
  const { choice, choose } = useSurface();
  return (
    <select aria-label={shellWords.surface} className={styles.switch} value={choice} onChange={(event) => choose(event.target.value as SurfaceChoice)}>
      <option value="auto">{shellWords.surface_auto}</option>
      <option value="day">{shellWords.surface_day}</option>
      <option value="night">{shellWords.surface_night}</option>
    </select>
  );
}

function SignOut() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const leave = async (): Promise<void> => {
    await post('/identity/sign-out', {});
    client.clear();
    await navigate({ to: paths.signIn() });
  };
  return (
    <button type="button" className={styles.out} onClick={() => void leave()}>
      {shellWords.sign_out}
    </button>
  );
}
