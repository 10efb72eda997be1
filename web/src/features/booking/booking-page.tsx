// Booking: month left, times right, own zone named and changeable; day, time, Book.
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { get } from '../../api/client';
import { useMe } from '../../api/me';
import { useClinicNames } from '../../api/people';
import { clinicKey } from '../../api/queries';
import type { Id, PersonName, Slot } from '../../api/types';
import { useCommand } from '../../api/use-command';
import { serverNow } from '../../api/clock';
import { paths } from '../../app/paths';
import { clockTime, dayAndTime } from '../../lib/time';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { Page } from '../../ui/page';
import { ProblemNotice } from '../../ui/problem-notice';
import { patientWords } from '../../words/en/patient';
import { boundsOf, byDay, dayOf, dayWords, monthOf, type Day } from './calendar';
import { Month } from './month';
import { NewSitter, type NamedSitter } from './new-sitter';
import styles from './booking.module.css';

const words = patientWords.booking;

interface BookingBody {
  kind: 'dosing' | 'integration';
  therapist: Id;
  starts_at: number;
  sitter: Id | null;
  time_zone: string;
  local: string;
  offset_choice: null;
  drill: null;
}
interface Booked {
  session: Id;
  starts_at: number;
  ends_at: number;
}

const NAMED = 'holdspace.sitters';
const named = (): NamedSitter[] => JSON.parse(sessionStorage.getItem(NAMED) ?? '[]') as NamedSitter[];

function useSlots(therapist: Id | undefined, month: string) {
  const { from_at, until_at } = boundsOf(month);
  const from = Math.max(from_at, serverNow());
  return useQuery({
    queryKey: clinicKey('scheduling', 'slots', therapist ?? '', month),
    queryFn: ({ signal }) => get<{ slots: Slot[] }>(`/scheduling/slots?therapist=${therapist}&from_at=${Math.floor(from)}&until_at=${until_at}`, signal),
    enabled: therapist !== undefined,
  });
}

/** "09:00" as the person's own clock says it; the server checks it against the zone. */
const localOf = (at: number, time_zone: string): string => `${dayOf(at, time_zone)}T${clockTime(at, time_zone)}`;

export function BookingPage() {
  const me = useMe();
  const { kind = 'dosing', with: wanted } = useSearch({ strict: false }) as { kind?: 'dosing' | 'integration'; with?: Id };
  const [zone, setZone] = useState(me.time_zone);
  const [chosen, setTherapist] = useState<Id | undefined>(wanted);
  const [sitters, setSitters] = useState(named);
  const [sitter, setSitter] = useState<Id | null>(sitters[0]?.person ?? null);
  const [month, setMonth] = useState(monthOf(dayOf(serverNow(), me.time_zone)));
  const [day, setDay] = useState<Day | null>(null);
  const [slot, setSlot] = useState<Slot | null>(null);
  const therapists = useQuery({ queryKey: clinicKey('identity', 'therapists'), queryFn: ({ signal }) => get<PersonName[]>('/identity/people?role=therapist', signal) });
  const therapist = chosen ?? therapists.data?.find((person) => person.role === 'therapist')?.person;
  const slots = useSlots(therapist, month);
  const days = byDay(slots.data?.slots ?? [], zone);
  const book = useCommand<BookingBody, Booked>('scheduling', () => '/bookings');
  const talk = kind === 'integration';
  const press = (): void => {
    if (slot === null || therapist === undefined) return;
    book.mutate({ kind, therapist, starts_at: slot.starts_at, sitter: talk ? null : sitter, time_zone: zone, local: localOf(slot.starts_at, zone), offset_choice: null, drill: null });
  };
  const add = (person: NamedSitter): void => {
    const next = [...sitters, person];
    sessionStorage.setItem(NAMED, JSON.stringify(next));
    setSitters(next);
    setSitter(person.person);
  };
  const name = therapists.data?.find(({ person }) => person === therapist)?.first_name ?? patientWords.someone;
  if (book.data !== undefined) return <BookedPage booked={book.data} name={name} zone={zone} talk={talk} />;
  return (
    <Page title={talk ? words.titleIntegration : words.title} lead={talk ? words.leadIntegration : words.lead} width="working">
      <div className={styles.choices}>
        <Choice label={words.with} value={therapist ?? ''} options={(therapists.data ?? []).map((one) => ({ value: one.person, label: one.first_name }))} onChange={(id) => { setTherapist(id); setSlot(null); }} />
        <Choice label={words.zone} value={zone} options={zones(me.time_zone).map((one) => ({ value: one, label: one.replaceAll('_', ' ') }))} onChange={setZone} />
      </div>
      <div className={styles.sheet}>
        <Month month={month} free={days} chosen={day} onMonth={(next) => { setMonth(next); setDay(null); setSlot(null); }} onDay={(next) => { setDay(next); setSlot(null); }} />
        <Times day={day} slots={day === null ? [] : (days.get(day) ?? [])} zone={zone} chosen={slot} onChoose={setSlot} empty={slots.data !== undefined && days.size === 0} />
      </div>
      {talk ? null : <SitterChoice sitters={sitters} sitter={sitter} onChoose={setSitter} onNamed={add} />}
      <ProblemNotice problem={book.error} phone={me.clinic_phone} />
      <div className={styles.foot}>
        <Button size="large" busy={book.isPending} refused={slot === null ? words.pickSlot : undefined} onClick={press}>
          {words.press(slot === null ? '' : dayAndTime(slot.starts_at, zone)).trim()}
        </Button>
      </div>
    </Page>
  );
}

const zones = (own: string): string[] => [...new Set([own, ...Intl.supportedValuesOf('timeZone')])];

interface ChoiceProps {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}
const Choice = ({ label, value, options, onChange }: ChoiceProps) => <NativeSelect label={label} value={value} data={options} onChange={(event) => onChange(event.currentTarget.value)} />;

function SitterChoice({ sitters, sitter, onChoose, onNamed }: { sitters: NamedSitter[]; sitter: Id | null; onChoose: (sitter: Id | null) => void; onNamed: (sitter: NamedSitter) => void }) {
  const [naming, setNaming] = useState(false);
  if (naming) {
    const done = (person: NamedSitter): void => {
      onNamed(person);
      setNaming(false);
    };
    return <NewSitter onNamed={done} onCancel={() => setNaming(false)} />;
  }
  return (
    <div className={styles.sitter}>
      <Choice label={words.sitter} value={sitter ?? ''} options={[{ value: '', label: words.noSitter }, ...sitters.map((one) => ({ value: one.person, label: one.first_name }))]} onChange={(id) => onChoose(id === '' ? null : id)} />
      <Button look="bare" onClick={() => setNaming(true)}>
        {words.nameSitter}
      </Button>
    </div>
  );
}

interface TimesProps {
  day: Day | null;
  slots: Slot[];
  zone: string;
  chosen: Slot | null;
  empty: boolean;
  onChoose: (slot: Slot) => void;
}

function Times({ day, slots, zone, chosen, empty, onChoose }: TimesProps) {
  const { name } = useClinicNames();
  if (day === null) return <Empty>{empty ? words.noSlots : words.pickDay}</Empty>;
  return (
    <section aria-label={words.slots(dayWords(day))} className={styles.times}>
      <h2>{dayWords(day)}</h2>
      <ul>
        {slots.map((slot) => (
          <li key={slot.starts_at}>
            <button type="button" className={styles.slot} aria-pressed={slot === chosen} onClick={() => onChoose(slot)}>
              <strong>{`${clockTime(slot.starts_at, zone)}–${clockTime(slot.ends_at, zone)}`}</strong>
              <span>{slot.on_call === null ? words.onCallNone : words.onCall(name(slot.on_call, patientWords.someone))}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function BookedPage({ booked, name, zone, talk }: { booked: Booked; name: string; zone: string; talk: boolean }) {
  return (
    <Page title={words.doneTitle} lead={words.done(name, dayAndTime(booked.starts_at, zone))}>
      <div className={styles.row}>
        {talk ? null : <Link to={paths.prepare(booked.session)}>{words.prepare}</Link>}
        <Link to={paths.home()}>{words.home}</Link>
      </div>
    </Page>
  );
}
