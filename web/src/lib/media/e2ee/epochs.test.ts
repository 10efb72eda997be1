import { describe, expect, it } from 'vitest';
import { beginEpochs, BEGIN_BY_MS, dueAt, IN_FLIGHT_MS, RECEIVING_MAX, step, type Input, type Said } from './epochs';
import { EPOCH_MAX } from './key-ids';
import { member } from './people-for-tests';

const [LEE, SAM, ANA] = [member('lee', 1), member('sam', 2), member('ana', 3)];
/** Sam's phone after a dropped line: same device, new number, new key. */
const SAM_AGAIN = { ...member('sam', 4), device: SAM.device };

/** Lee's device, driven through time. */
class Lee {
  epochs = beginEpochs(LEE.number);
  now_ms = 0;
  tell(input: Input): readonly Said[] {
    const told = step(this.epochs, input, this.now_ms);
    this.epochs = told.epochs;
    return told.said;
  }
  pass(milliseconds: number): readonly Said[] {
    this.now_ms += milliseconds;
    return this.tell({ kind: 'tick' });
  }
  roster = (...members: (typeof LEE)[]) => this.tell({ kind: 'roster', members });
  had = (number: number, epoch: number) => this.tell({ kind: 'had', number, epoch });
  received = (number: number, epoch: number) => this.tell({ kind: 'received', number, epoch });
  heard = (number: number, epoch: number) => this.tell({ kind: 'heard', number, epoch });
}

/** Lee and Sam are in, and Lee sends under epoch 1. */
function withSam(): Lee {
  const lee = new Lee();
  lee.roster(LEE, SAM);
  lee.had(SAM.number, 1);
  return lee;
}

describe('a new key', () => {
  it('is made when coming in, for everyone else', () => {
    expect(new Lee().roster(LEE, SAM, ANA)).toEqual([{ kind: 'make_key', epoch: 1, wrap_for: [SAM, ANA] }]);
  });

  it('is made when somebody joins, for them too', () => {
    expect(withSam().roster(LEE, SAM, ANA)).toEqual([{ kind: 'make_key', epoch: 2, wrap_for: [SAM, ANA] }]);
  });

  it('is made when somebody leaves, and not for them', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    expect(lee.roster(LEE, ANA)).toEqual([{ kind: 'make_key', epoch: 2, wrap_for: [ANA] }]);
  });

  it('is made when a device comes in again, though it is the same person', () => {
    expect(withSam().roster(LEE, SAM_AGAIN)).toEqual([{ kind: 'make_key', epoch: 2, wrap_for: [SAM_AGAIN] }]);
  });

  it('is made when only the public key of somebody is another', () => {
    expect(withSam().roster(LEE, { ...SAM, public_key: ANA.public_key })).toHaveLength(1);
  });

  it('is made by a list that can be believed after one that could not, though nobody came or went', () => {
    const lee = withSam();
    expect(lee.tell({ kind: 'doubt' })).toEqual([{ kind: 'stop_sending' }]);
    expect(lee.pass(BEGIN_BY_MS)).toEqual([]);
    expect(lee.roster(LEE, SAM)).toEqual([{ kind: 'make_key', epoch: 2, wrap_for: [SAM] }]);
  });

  it('is not made when the same people are told again in another order', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    expect(lee.roster(ANA, LEE, SAM)).toEqual([]);
  });

  it('is used at once when there is nobody to wait for', () => {
    expect(new Lee().roster(LEE)).toEqual([{ kind: 'make_key', epoch: 1, wrap_for: [] }, { kind: 'send_under', epoch: 1 }]);
  });
});

describe('sending under a new key', () => {
  it('begins when the last device says that it has it, and not before', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    expect(lee.had(SAM.number, 1)).toEqual([]);
    expect(lee.had(SAM.number, 1)).toEqual([]);
    expect(lee.had(ANA.number, 1)).toEqual([{ kind: 'send_under', epoch: 1 }]);
  });

  it('begins after a second and a half without all answers, and not before', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    lee.had(SAM.number, 1);
    expect(dueAt(lee.epochs)).toBe(BEGIN_BY_MS);
    expect(lee.pass(BEGIN_BY_MS - 1)).toEqual([]);
    expect(lee.pass(1)).toEqual([{ kind: 'send_under', epoch: 1 }]);
    expect(lee.pass(10_000)).toEqual([]);
  });

  it('goes on under the old key until then', () => {
    const lee = withSam();
    lee.roster(LEE, SAM, ANA);
    expect(lee.epochs.sending).toBe(1);
  });

  it('is not begun by answers about an older key or by strangers', () => {
    const lee = withSam();
    lee.roster(LEE, SAM, ANA);
    lee.had(SAM.number, 1);
    lee.had(ANA.number, 1);
    lee.had(9, 2);
    expect(lee.epochs.sending).toBe(1);
  });

  it('is not put off by further changes: the first leave is honoured within its second and a half', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    lee.had(SAM.number, 1);
    lee.had(ANA.number, 1);
    lee.roster(LEE, SAM);
    lee.pass(1000);
    expect(lee.roster(LEE, SAM, member('noor', 5))).toEqual([{ kind: 'make_key', epoch: 3, wrap_for: [SAM, member('noor', 5)] }]);
    expect(lee.pass(BEGIN_BY_MS - 1000)).toEqual([{ kind: 'send_under', epoch: 3 }]);
  });

  it('never begins under a key that a newer one has overtaken', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM, ANA);
    lee.roster(LEE, SAM);
    lee.had(ANA.number, 1);
    expect(lee.had(SAM.number, 1)).toEqual([]);
    expect(lee.had(SAM.number, 2)).toEqual([{ kind: 'send_under', epoch: 2 }]);
  });

  it('begins late rather than never when nobody looked in time', () => {
    const lee = new Lee();
    lee.roster(LEE, SAM);
    lee.now_ms = 60_000;
    expect(lee.received(SAM.number, 1)).toEqual([{ kind: 'send_under', epoch: 1 }]);
  });

  it('ends when this device is no longer on the roster, and begins with a new key when it is again', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    expect(lee.roster(SAM, ANA)).toEqual([{ kind: 'stop_sending' }, { kind: 'forget', number: SAM.number, epoch: 1 }]);
    expect(lee.epochs.sending).toBeNull();
    expect(lee.roster(LEE, SAM)).toEqual([{ kind: 'make_key', epoch: 2, wrap_for: [SAM] }]);
  });

  it('ends when there is no further epoch number', () => {
    const lee = withSam();
    lee.epochs = { ...lee.epochs, epoch: EPOCH_MAX };
    expect(lee.roster(LEE, SAM, ANA)).toEqual([{ kind: 'stop_sending' }]);
    expect(lee.epochs.sending).toBeNull();
  });
});

describe("the old key of another", () => {
  it('is kept two seconds after the first frame under the new one, and no longer', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    lee.received(SAM.number, 2);
    lee.pass(100);
    lee.heard(SAM.number, 2);
    expect(lee.pass(IN_FLIGHT_MS - 1)).toEqual([]);
    expect(lee.pass(1)).toEqual([{ kind: 'forget', number: SAM.number, epoch: 1 }]);
    expect(dueAt(lee.epochs)).toBeNull();
  });

  it('is kept while its sender may still be sending, and two seconds more, when no frame comes', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    lee.received(SAM.number, 2);
    expect(lee.pass(BEGIN_BY_MS + IN_FLIGHT_MS - 1)).toEqual([]);
    expect(lee.pass(1)).toEqual([{ kind: 'forget', number: SAM.number, epoch: 1 }]);
  });

  it('is not kept longer because frames under the new one come late', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    lee.received(SAM.number, 2);
    lee.pass(BEGIN_BY_MS + IN_FLIGHT_MS - 1);
    lee.heard(SAM.number, 2);
    expect(lee.pass(1)).toEqual([{ kind: 'forget', number: SAM.number, epoch: 1 }]);
  });

  it('is not forgotten because of frames under itself', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    lee.heard(SAM.number, 1);
    expect(lee.pass(60_000)).toEqual([]);
  });

  it('is forgotten at once when its owner has left', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    expect(lee.roster(LEE, ANA)).toContainEqual({ kind: 'forget', number: SAM.number, epoch: 1 });
  });

  it('is kept two seconds when its owner came in again from the same device', () => {
    const lee = withSam();
    lee.received(SAM.number, 1);
    expect(lee.roster(LEE, SAM_AGAIN)).not.toContainEqual({ kind: 'forget', number: SAM.number, epoch: 1 });
    // Lee's own new key begins meanwhile.
    expect(lee.pass(IN_FLIGHT_MS - 1)).toEqual([{ kind: 'send_under', epoch: 2 }]);
    expect(lee.pass(1)).toEqual([{ kind: 'forget', number: SAM.number, epoch: 1 }]);
  });

  it('does not come back with a letter that was overtaken, or from a stranger', () => {
    const lee = withSam();
    lee.received(SAM.number, 2);
    lee.received(SAM.number, 1);
    lee.received(ANA.number, 1);
    expect(lee.epochs.receiving.map(({ number, epoch }) => [number, epoch])).toEqual([[SAM.number, 2]]);
  });

  it('is forgotten early when one sender floods this device with keys', () => {
    const lee = withSam();
    const said = Array.from({ length: RECEIVING_MAX + 2 }, (_, before) => lee.received(SAM.number, before + 1)).flat();
    expect(said).toEqual([1, 2].map((epoch) => ({ kind: 'forget', number: SAM.number, epoch })));
    expect(lee.epochs.receiving).toHaveLength(RECEIVING_MAX);
  });
});
