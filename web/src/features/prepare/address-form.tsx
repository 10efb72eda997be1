// The address of this session, written or confirmed today: help goes where this says.
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me';
import type { Address, Id } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import styles from './prepare.module.css';

const words = patientWords.prepare.address;
const BLANK: Address = { line1: '', line2: '', city: '', region: '', postal_code: '', country: 'US', entry_notes: '', emergency_number: '911' };
const NEEDED: readonly (keyof Address)[] = ['line1', 'city', 'postal_code', 'country', 'emergency_number'];

export function AddressForm({ session, onDone }: { session: Id; onDone: () => void }) {
  const me = useMe();
  const [address, setAddress] = useState<Address>(BLANK);
  const confirm = useCommand<Address>('safety', () => `/sessions/${session}/address`, session);
  const line = (field: keyof Address) => ({ value: address[field], maxLength: 160, onChange: (event: { currentTarget: { value: string } }) => setAddress({ ...address, [field]: event.currentTarget.value }) });
  const whole = NEEDED.every((field) => address[field].trim() !== '');
  const press = (): void =>
    confirm.mutate(address, {
      onSuccess: () => {
        sessionStorage.setItem(`holdspace.address.${session}`, '1');
        onDone();
      },
    });
  return (
    <div className={styles.form}>
      <p>{words.lead}</p>
      <TextInput label={words.line1} autoComplete="address-line1" {...line('line1')} />
      <TextInput label={words.line2} autoComplete="address-line2" {...line('line2')} />
      <div className={styles.pair}>
        <TextInput label={words.city} autoComplete="address-level2" {...line('city')} />
        <TextInput label={words.region} autoComplete="address-level1" {...line('region')} />
        <TextInput label={words.postal} autoComplete="postal-code" {...line('postal_code')} />
        <TextInput label={words.country} autoComplete="country" {...line('country')} />
      </div>
      <Textarea label={words.entry} description={words.entryHint} autosize minRows={2} {...line('entry_notes')} />
      <TextInput label={words.number} inputMode="tel" {...line('emergency_number')} />
      <ProblemNotice problem={confirm.error} phone={me.clinic_phone} />
      <Button size="large" busy={confirm.isPending} refused={whole ? undefined : words.missing} onClick={press}>
        {words.press}
      </Button>
    </div>
  );
}
