// Before anything is known: the link, and the link that can't be used.

import { sitterWords as w } from '../../words/en/sitter';
import { usePress, useStore, useWorld } from '../context';
import { sound } from '../../lib/sound';
import { Heading, Press, Screen, Trouble } from '../parts/screen';

export function OpenLink() {
  const store = useStore();
  const { busy, trouble, press } = usePress();
  const open = (): void => { void sound.unlock(); press(() => store.redeem()); };
  // A second contact who is called: the ladder's link says so, for the token says nothing.
  const place = location.search === '?place';
  const [heading, body, how, word] = place ? [w.open.placeHeading, w.open.placeBody, w.open.placeHow, w.open.placePress] : [w.open.heading, w.open.body, w.open.how, w.open.press];
  return (
    <Screen dock={<><Trouble text={trouble} /><Press tone="primary" big busy={busy} onPress={open}>{busy ? w.open.opening : word}</Press></>}>
      <div className="lamp" aria-hidden="true" />
      <Heading>{heading}</Heading>
      <p>{body}</p>
      <ul className="plain-list">{how.map((line) => <li key={line}>{line}</li>)}</ul>
    </Screen>
  );
}

export function Refused() {
  const store = useStore();
  const { session, me } = useWorld();
  const clinicPhone = me?.clinic_phone ?? null;
  const { busy, press } = usePress();
  return (
    <Screen dock={(
      <>
        {clinicPhone && <a className="press press-primary" href={`tel:${clinicPhone}`}>{w.refused.call(clinicPhone)}</a>}
        <Press busy={busy} onPress={() => press(() => store.refresh())}>{w.refused.again}</Press>
      </>
    )}>
      <Heading>{session ? w.refused.replacedHeading : w.refused.heading}</Heading>
      <p>{session ? w.refused.replaced : w.refused.body}</p>
      <p>{clinicPhone ? w.refused.todoPhone(clinicPhone) : w.refused.todo}</p>
      <p className="muted">{w.refused.emergency}</p>
    </Screen>
  );
}

export function Loading() {
  return <Screen><div className="lamp" aria-hidden="true" /><p role="status">{w.loading}</p></Screen>;
}
