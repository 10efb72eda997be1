// The cuff read out loud and written down: plausible, looked at twice when it matters, answered with what it means.
import { useState } from 'react';
import { serverNow } from '../../api/clock';
import type { VitalsAnswer, VitalsEntry } from '../../api/types';
import { clockTime } from '../../lib/time';
import { sitterWords as w } from '../../words/en/sitter';
import { aroundWords as p } from '../../words/en/sitter-around';
import { useSession, useStore, useWorld } from '../context';
import type { Outcome } from '../outbox';
import { Choices } from '../parts/choices';
import { EmergencyButton } from '../parts/dock';
import { Heading, Mark, Note, Press, Screen, type Shape } from '../parts/screen';

type Field = 'systolic' | 'diastolic' | 'heart_rate' | 'spo2' | 'respiratory_rate';
/** A clip or a count may be missing; the server then says what is not known. */
const OPTIONAL: readonly Field[] = ['spo2', 'respiratory_rate'];
type Written = Record<Field, string>;

/** What a home cuff and a finger clip can show at all; outside it a digit went astray (reliability.md §5, T-BAD-52…55). */
const RANGES: Record<Field, readonly [number, number]> = { systolic: [60, 260], diastolic: [30, 160], heart_rate: [30, 220], spo2: [50, 100], respiratory_rate: [2, 80] };
/** Far enough from usual to ask "is that what it shows?" (clinical.md §4.3, §6.6 RF-4, RF-5, RF-12). */
const SURE: Record<Field, readonly [number, number]> = { systolic: [90, 160], diastolic: [50, 100], heart_rate: [50, 120], spo2: [94, 100], respiratory_rate: [10, 24] };
const LABELS: Record<Field, string> = { systolic: p.vitals.systolic, diastolic: p.vitals.diastolic, heart_rate: p.vitals.heartRate, spo2: p.vitals.spo2, respiratory_rate: p.vitals.breaths };
const FIELDS: readonly Field[] = ['systolic', 'diastolic', 'heart_rate', 'spo2', 'respiratory_rate'];
const BANDS: Record<string, Shape> = { green: 'ok', amber: 'soon', red: 'late', crisis: 'alarm' };

const numberOf = (text: string): number | null => (text === '' ? null : Number(text));

function objection(written: Written): string | null {
  for (const field of FIELDS) {
    const [from, until] = RANGES[field];
    if (written[field] === '' && OPTIONAL.includes(field)) continue;
    if (written[field] === '') return p.vitals.missing(LABELS[field]);
    const value = Number(written[field]);
    if (!(value >= from && value <= until)) return p.vitals.range(LABELS[field], from, until);
  }
  return Number(written.systolic) > Number(written.diastolic) ? null : p.vitals.order;
}

const unusual = (written: Written): boolean =>
  FIELDS.some((field) => written[field] !== '' && (Number(written[field]) < SURE[field][0] || Number(written[field]) > SURE[field][1]));

function Fields({ written, onWrite }: { written: Written; onWrite: (field: Field, value: string) => void }) {
  return (
    <div className="numbers">
      {FIELDS.map((field) => (
        <label key={field} className="field">
          {LABELS[field]}
          <input inputMode="numeric" autoComplete="off" maxLength={3} value={written[field]} onInput={(event) => onWrite(field, event.currentTarget.value.replace(/\D/g, ''))} />
        </label>
      ))}
    </div>
  );
}

function Said({ outcome }: { outcome: Outcome<VitalsAnswer> }) {
  const { zone } = useSession();
  if (outcome.kind === 'kept') return <Note tone="unknown" live>{p.vitals.offline}</Note>;
  if (outcome.kind === 'refused') return <Note tone="late" live>{outcome.problem.message}</Note>;
  const { band, todo, recheck_at } = outcome.answer;
  return (
    <Note tone={BANDS[band] ?? 'unknown'} live>
      <h2>
        <Mark shape={BANDS[band] ?? 'unknown'}>{p.vitals.bands[band]}</Mark>
      </h2>
      <p>{todo}</p>
      {recheck_at !== null && <p>{p.vitals.recheck(clockTime(recheck_at, zone))}</p>}
    </Note>
  );
}

const NOTHING: Written = { systolic: '', diastolic: '', heart_rate: '', spo2: '', respiratory_rate: '' };

export function Vitals({ onBack }: { onBack: () => void }) {
  const store = useStore();
  const { session } = useWorld();
  const { id } = useSession();
  const [written, setWritten] = useState<Written>(NOTHING);
  const [symptoms, setSymptoms] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome<VitalsAnswer> | null>(null);

  const moment: VitalsEntry['moment'] = session?.dose_at == null ? 'before' : session.phase === 'recovering' ? 'discharge' : 'during';
  const send = (): void => {
    const said = objection(written);
    setTrouble(said);
    if (said !== null) return;
    if (unusual(written) && !asked) return setAsked(true);
    const entry: VitalsEntry = {
      moment, systolic: Number(written.systolic), diastolic: Number(written.diastolic), heart_rate: Number(written.heart_rate),
      spo2: numberOf(written.spo2), respiratory_rate: numberOf(written.respiratory_rate), device: 'upper_arm', symptoms: symptoms === 'yes', taken_at: Math.round(serverNow()),
    };
    void store.outbox.put<VitalsAnswer>(`/safety/sessions/${id}/vitals`, entry).then(setOutcome);
  };
  const numbers = `${written.systolic}/${written.diastolic}, ${written.heart_rate}${written.spo2 === '' ? '' : `, ${written.spo2} %`}${written.respiratory_rate === '' ? '' : `, ${written.respiratory_rate}`}`;
  const dock = outcome !== null ? null : asked ? (
    <>
      <Press tone="primary" big onPress={send}>{p.vitals.confirmYes}</Press>
      <Press onPress={() => setAsked(false)}>{p.vitals.confirmNo}</Press>
    </>
  ) : (
    <Press tone="primary" big onPress={send}>{p.vitals.press}</Press>
  );
  return (
    <div className="overlay" role="dialog" aria-modal="true" aria-label={p.vitals.heading}>
      <Screen dock={<>{dock}<Press onPress={onBack}>{w.back}</Press><EmergencyButton /></>}>
        <Heading>{asked && outcome === null ? p.vitals.check : p.vitals.heading}</Heading>
        {outcome !== null ? <Said outcome={outcome} /> : asked ? <p className="asked">{p.vitals.confirm(numbers)}</p> : (
          <>
            <p>{p.vitals.intro}</p>
            <Fields written={written} onWrite={(field, value) => setWritten({ ...written, [field]: value })} />
            <p className="label">{p.vitals.symptoms}</p>
            <Choices label={p.vitals.symptoms} choices={[{ value: 'no', label: w.no }, { value: 'yes', label: w.yes }]} chosen={symptoms} onChoose={setSymptoms} />
          </>
        )}
        <div role="alert">{trouble !== null && <p className="trouble"><Mark shape="late">{trouble}</Mark></p>}</div>
      </Screen>
    </div>
  );
}
