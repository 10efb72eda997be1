// The six digits from the patient's screen: proof that the sitter is in the home.

import { useState } from 'react';
import { post } from '../../api/client';
import { sound } from '../../lib/sound';
import { dayAndTime } from '../../lib/time';
import { aroundWords as p } from '../../words/en/sitter-around';
import { usePress, useSession, useStore, useWorld } from '../context';
import { EmergencyButton } from '../parts/dock';
import { Heading, Press, Screen, Trouble } from '../parts/screen';

const DIGITS = 6;

export function Presence() {
  const store = useStore();
  const { session } = useWorld();
  const { id, patient, zone } = useSession();
  const [code, setCode] = useState('');
  const { busy, trouble, press } = usePress();
  const enter = (digits: string): void => {
    press(async () => {
      void sound.unlock();
      try {
        await post(`/identity/sessions/${id}/presence`, { code: digits });
      } catch (thrown) {
        setCode('');
        throw thrown;
      }
      // "I am here" belongs to the same press; the server may already know it.
      await post(`/safety/sessions/${id}/arrival`, {}).catch(() => undefined);
      await store.refresh();
    });
  };
  const typed = (text: string): void => {
    const digits = text.replace(/\D/g, '').slice(0, DIGITS);
    setCode(digits);
    if (digits.length === DIGITS) enter(digits);
  };
  return (
    <Screen
      dock={
        <>
          <Press tone="primary" big busy={busy} onPress={() => enter(code)}>{p.presence.press}</Press>
          {session?.dose_at && <EmergencyButton />}
        </>
      }
    >
      <Heading>{p.presence.heading}</Heading>
      {session && session.dose_at === null && <p className="muted">{p.presence.when(dayAndTime(session.starts_at, zone))}</p>}
      <p>{p.presence.body(patient)}</p>
      <label className="field code">{p.presence.label}
        <input inputMode="numeric" autoComplete="one-time-code" value={code} maxLength={11} onInput={(event) => typed(event.currentTarget.value)} />
      </label>
      <Trouble text={trouble} />
      <p className="muted">{p.presence.noCode}</p>
      <p className="muted">{p.presence.wait}</p>
    </Screen>
  );
}
