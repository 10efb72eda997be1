import { useState } from 'react';
import { serverNow } from '../../api/clock';
import { useMe } from '../../api/me';
import type { EmergencyCard } from '../../api/types';
import { dialled, length } from '../../lib/format';
import { sound } from '../../lib/sound';
import { clockSeconds, countdown, MILLISECOND } from '../../lib/time';
import type { View } from '../../lib/watchkeeper';
import { Button } from '../../ui/button';
import { watchkeeperWords as words } from '../../words/en/watchkeeper';
import { useUnlockedSound } from './alarm';
import styles from './alone-band.module.css';
import { useKeeper } from './keeper';
import { useCard } from './queries';
import { firstThing, isBeforeDose, useScene } from './scene';
import { useTitleSign } from './use-title-sign';

const spoken = (ms: number): string => length(Math.floor(ms / 1_000));

/** This page keeps watch alone. Nothing takes the band away but the server itself. */
export function AloneBand() {
  const { view, alone } = useKeeper();
  const { id } = useScene();
  // Asked for while the server can still answer: a band that needs the server would be of no use.
  const { data: card } = useCard(id);
  useTitleSign(alone ? (view.lost ? words.lost_title : words.overdue_title) : null);
  return alone ? <Band view={view} card={card} /> : <BackLine />;
}

function Band({ view, card }: { view: View; card: EmergencyCard | undefined }) {
  const scene = useScene();
  const { sounding } = useKeeper();
  const [shown_ms] = useState(() => Math.round(serverNow() / MILLISECOND));
  const title = view.lost ? words.lost_title : words.overdue_title;
  return (
    <section className={styles.band} data-heard={!sounding || undefined} aria-label={title}>
      <div role="alert" className={styles.says} data-alarm-at={shown_ms}>
        <h2 className={styles.title}>
          <span aria-hidden="true">▲</span> {title}
        </h2>
        {isBeforeDose(scene) ? <p className={styles.todo}>{words.do_not_begin}</p> : <Calls card={card} />}
        <Meaning view={view} />
      </div>
      <div className={styles.side}>
        {view.lost ? (
          <p className={styles.since}>{view.heard_at === null ? words.since_opened(spoken(view.silent_ms)) : words.since(clockSeconds(view.heard_at), spoken(view.silent_ms))}</p>
        ) : null}
        {isBeforeDose(scene) ? null : <Countdown view={view} name={scene.sitter} />}
        <Hearing />
      </div>
    </section>
  );
}

/** One sentence, two numbers: whom to call now, and whom when nobody answers. */
function Calls({ card }: { card: EmergencyCard | undefined }) {
  const { watch, sitter } = useScene();
  const { clinic_phone } = useMe();
  const rule = firstThing(watch, '');
  const theirs = card?.sitter_phone ?? '';
  const emergency = card?.emergency_number ?? '';
  const address = card?.address ?? null;
  return (
    <>
      <p className={styles.todo}>
        <span className={styles.call}>
          {rule !== '' ? rule : theirs === '' ? words.call_sitter_unknown(sitter) : words.call_sitter(sitter)}{' '}
          {rule !== '' ? null : <Phone number={theirs === '' ? clinic_phone : theirs} />}
        </span>{' '}
        <span className={styles.call}>
          {emergency === '' ? words.if_nobody_unknown : words.if_nobody} {emergency === '' ? null : <Phone number={emergency} />}
        </span>
      </p>
      {address === null ? null : (
        <p className={styles.more}>
          {words.send_to([address.line1, address.line2, address.city, address.region, address.postal_code].filter(Boolean).join(', '))} {emergency.length <= 4 && emergency !== '' ? words.far : null}
        </p>
      )}
    </>
  );
}

const Phone = ({ number }: { number: string }) => (
  <a className={styles.phone} href={dialled(number)}>
    {number}
  </a>
);

/** What is known of why, in words that do not change every second. */
function Meaning({ view }: { view: View }) {
  const { sitter } = useScene();
  const watchdog_lost = view.watchdog === 'lost';
  const said = [
    view.overdue && view.deadline_at !== null ? words.no_answer(sitter, clockSeconds(view.deadline_at)) : null,
    view.lost ? (view.door_open ? words.door_open : watchdog_lost ? words.both_lost : words.nothing_heard) : null,
    view.lost && view.watchdog === 'fresh' && view.watchdog_word === 'ok' && !view.door_open ? words.watchdog_ok : null,
    view.lost && view.watchdog === 'fresh' && view.watchdog_word === 'silent' ? words.watchdog_silent : null,
  ].filter((line) => line !== null);
  return <p className={styles.more}>{said.join(' ')}</p>;
}

/** This page's own count to the deadline, from the clock that nobody can set. */
function Countdown({ view, name }: { view: View; name: string }) {
  if (view.left_ms === null || view.deadline_at === null) return <p className={styles.until}>{words.countdown_none}</p>;
  const seconds = Math.ceil(view.left_ms / 1_000);
  const time = clockSeconds(view.deadline_at);
  return (
    <p className={styles.until} role="timer" aria-live="off">
      <strong className={styles.number}>{seconds >= 0 ? countdown(seconds) : `+${countdown(-seconds)}`}</strong>
      <span>{seconds >= 0 ? words.countdown(name, time) : words.countdown_past(name, time)}</span>
    </p>
  );
}

/** Any press turns the sound on, and its line goes: the button must not move away under the finger that presses it. */
function Hearing() {
  const { sounding, hush } = useKeeper();
  const audible = useUnlockedSound();
  return (
    <div className={styles.hearing}>
      {sounding ? (
        <Button className={styles.press} size="large" onClick={hush}>
          {words.heard}
        </Button>
      ) : (
        <span className={styles.quiet}>{words.was_heard}</span>
      )}
      {audible ? null : (
        <span className={styles.silent}>
          <strong>{words.sound_off}</strong>
          <Button className={styles.press} look="quiet" onClick={() => void sound.unlock()}>
            {words.sound_on}
          </Button>
        </span>
      )}
    </div>
  );
}

/** Calm again: since when, and for how long nobody watched here. It stays until it was read. */
function BackLine() {
  const { back, readBack } = useKeeper();
  if (back === null) return null;
  return (
    <div className={styles.back} role="status">
      <span>{words.back(clockSeconds(back.at), spoken(back.away_ms))}</span>
      <Button look="quiet" onClick={readBack}>
        {words.read}
      </Button>
    </div>
  );
}
