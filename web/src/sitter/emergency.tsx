// The emergency card: the call first, drawn from what is already on the phone; the clinic is told behind it.

import { useEffect, useRef, useState } from 'react';
import { useNow } from '../api/use-now';
import type { EmergencyCard as Card, KnownAddress } from '../api/types';
import { clockTime, MINUTE } from '../lib/time';
import { sitterWords as w } from '../words/en/sitter';
import { useSession, useStore, useWorld } from './context';
import { Mark, Press } from './parts/screen';

export function emergencyNumber(card: Card | null): string {
  return card?.emergency_number ?? w.card.fallbackNumber;
}

const lines = ({ line1, line2, city, region, postal_code }: KnownAddress): string[] => [line1, line2 ?? '', `${city} ${region ?? ''} ${postal_code}`].filter((line) => line !== '');

function AddressPart({ card }: { card: Card | null }) {
  const address = card?.address ?? null;
  const entry = address?.entry_notes ?? null;
  return (
    <>
      <dt>{w.card.address}</dt>
      <dd className="card-address">{address === null ? w.card.addressUnknown : lines(address).map((line) => <span key={line}>{line}</span>)}</dd>
      {entry && <><dt>{w.card.entry}</dt><dd>{entry}</dd></>}
    </>
  );
}

function Facts({ card }: { card: Card | null }) {
  const at = useNow();
  const { zone } = useSession();
  const taken = card?.dose_at ?? null;
  return (
    <dl className="facts">
      <AddressPart card={card} />
      <dt>{w.card.medicine}</dt>
      <dd>
        <span>{card?.medicine ? `${card.medicine}${card.dose ? `, ${card.dose}` : ''}` : w.card.medicineUnknown}</span>
        <span>{taken === null ? w.card.notTaken : w.card.taken(clockTime(taken, zone), Math.max(0, Math.floor((at - taken) / MINUTE)))}</span>
      </dd>
    </dl>
  );
}

type Telling = 'telling' | 'told' | 'kept' | 'refused';

/** Tells the clinic once per opening; the queue keeps it when there is no line. */
function useTelling(): Telling {
  const store = useStore();
  const { id } = useSession();
  const [telling, setTelling] = useState<Telling>('telling');
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || id === '') return;
    begun.current = true;
    void store.outbox.putFirst(`/checkins/sessions/${id}/alarm`, { kind: 'emergency' })
      .then((outcome) => { setTelling(outcome.kind === 'sent' ? 'told' : outcome.kind); });
  }, [store, id]);
  return telling;
}

function TellingLine({ telling }: { telling: Telling }) {
  if (telling === 'told') return <Mark shape="ok">{w.card.told}</Mark>;
  if (telling === 'telling') return <Mark shape="soon">{w.card.telling}</Mark>;
  return <Mark shape="late">{telling === 'kept' ? w.card.notTold : w.card.refused}</Mark>;
}

export function EmergencyCard({ onBack }: { onBack: () => void }) {
  const { card } = useWorld();
  const { patient, phone: clinic } = useSession();
  const telling = useTelling();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => { link.current?.focus(); }, []);
  const number = emergencyNumber(card);
  const steps = card && card.instructions.length > 0 ? card.instructions : w.card.first;
  return (
    <div className="overlay emergency" role="dialog" aria-modal="true" aria-label={w.card.heading}>
      <a className="press press-alarm press-call" href={`tel:${number}`} ref={link}><span aria-hidden="true">▲ </span>{w.card.call(number)}</a>
      <p className="speaker">{w.card.callSpeaker}{card?.emergency_number ? '' : ` ${w.card.otherNumber}.`}</p>
      <h2>{w.card.say}</h2>
      <p className="card-who">{w.card.who(patient)}</p>
      <Facts card={card} />
      <p role="status" className="telling"><TellingLine telling={telling} /></p>
      <h2>{w.card.until}</h2>
      <ul className="steps">{steps.map((step) => <li key={step}>{step}</li>)}</ul>
      {clinic && <a className="press press-plain" href={`tel:${clinic.replaceAll(/[^+\d]/g, '')}`}>{w.card.clinic(clinic)}</a>}
      <Press onPress={onBack}>{w.card.back}</Press>
    </div>
  );
}
