import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import { asProblem, type Problem } from '../../api/problems';
import type { SignedIn } from '../../api/types';
import { paths } from '../../app/paths';
import { Button } from '../../ui/button';
import { Door } from '../../ui/door';
import { ProblemNotice } from '../../ui/problem-notice';
import { signInWords as words } from '../../words/en/sign-in';
import styles from './sign-in.module.css';

interface Entry {
  email: string;
  password: string;
  totp: string;
}

/** Only a path of our own may be returned to. */
const inside = (from: unknown): string => (typeof from === 'string' && /^\/(?![/\\])/.test(from) ? from : paths.home());

export function SignInPage() {
  const { from } = useSearch({ strict: false }) as { from?: unknown };
  const navigate = useNavigate();
  const client = useQueryClient();
  const [entry, setEntry] = useState<Entry>({ email: '', password: '', totp: '' });
  const enter = useMutation<SignedIn, Problem, Entry>({
    mutationFn: (body) => post<SignedIn>('/identity/sign-in', body).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: inside(from) });
    },
  });
  const set = (name: keyof Entry) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setEntry((before) => ({ ...before, [name]: value }));
  };
  const whole = entry.email !== '' && entry.password !== '' && /^\d{6}$/.test(entry.totp);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (whole && !enter.isPending) enter.mutate(entry);
  };
  return (
    <Door title={words.title} lead={words.lead} foot={<p>{words.help}</p>}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <ProblemNotice problem={enter.error} />
        <TextInput label={words.email} type="email" autoComplete="username" inputMode="email" required withAsterisk={false} value={entry.email} onChange={set('email')} />
        <PasswordInput label={words.password} autoComplete="current-password" required withAsterisk={false} value={entry.password} onChange={set('password')} />
        <TextInput label={words.totp} description={words.totp_hint} autoComplete="one-time-code" inputMode="numeric" maxLength={6} required withAsterisk={false} value={entry.totp} onChange={set('totp')} />
        <Button type="submit" size="large" wide busy={enter.isPending} refused={whole ? undefined : words.missing}>
          {words.press}
        </Button>
      </form>
    </Door>
  );
}
