// After the link: a password, then the app that shows six digits. Both before anything personal is opened.
import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import { asProblem, type Problem } from '../../api/problems';
import { paths } from '../../app/paths';
import { Button } from '../../ui/button';
import { Door } from '../../ui/door';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './account.module.css';

const words = patientWords.account;
/** reliability.md §3.2: at least 12 characters, no composition rules. */
const PASSWORD_MIN = 12;

interface Enrolment {
  otpauth_uri: string;
  secret: string;
}

const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

export function AccountPage() {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  return enrolment === null ? <PasswordStep onDone={setEnrolment} /> : <CodeStep enrolment={enrolment} />;
}

function PasswordStep({ onDone }: { onDone: (enrolment: Enrolment) => void }) {
  const [password, setPassword] = useState('');
  const left = PASSWORD_MIN - password.length;
  const set = useMutation<Enrolment, Problem>({
    mutationFn: () => post<Enrolment>('/identity/account', { password }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (left <= 0 && !set.isPending) set.mutate();
  };
  return (
    <Door title={words.title} lead={words.lead}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <ProblemNotice problem={set.error} />
        <PasswordInput label={words.password} description={words.hint} autoComplete="new-password" maxLength={128} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" size="large" wide busy={set.isPending} refused={left > 0 ? words.short(left) : undefined}>
          {words.go}
        </Button>
      </form>
    </Door>
  );
}

function CodeStep({ enrolment }: { enrolment: Enrolment }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [totp, setTotp] = useState('');
  const confirm = useMutation<void, Problem>({
    mutationFn: () => post<void>('/identity/account/confirm', { totp }).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: paths.home(), replace: true });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (totp.length === 6 && !confirm.isPending) confirm.mutate();
  };
  return (
    <Door title={words.codeTitle} lead={words.codeLead}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <ProblemNotice problem={confirm.error} />
        <a className={styles.open} href={enrolment.otpauth_uri}>
          {words.open}
        </a>
        <div className={styles.secret}>
          <p>{words.orType}</p>
          <code>{inFours(enrolment.secret)}</code>
          <small>{words.apps}</small>
        </div>
        <TextInput label={words.code} autoComplete="one-time-code" inputMode="numeric" maxLength={6} value={totp} onChange={(event) => setTotp(event.currentTarget.value.replace(/\D/g, ''))} />
        <Button type="submit" size="large" wide busy={confirm.isPending} refused={totp.length === 6 ? undefined : words.six}>
          {words.confirm}
        </Button>
      </form>
    </Door>
  );
}
