// The six digits an authenticator app would show (RFC 6238: SHA-1, 30 s, six digits).
import { createHmac } from 'node:crypto';

const STEP_S = 30;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytes(secret) {
  const bits = [...secret.replaceAll(/[\s=]/g, '').toUpperCase()].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/** The step the clock is in. */
export const stepNow = () => Math.floor(Date.now() / 1_000 / STEP_S);

/** The digits of one step. */
export function digits(secret, step = stepNow()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', bytes(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** An app on a phone: it never shows the same digits to two doors, because a used step is refused. */
export class Authenticator {
  #secret;
  #used = 0;

  constructor(secret) {
    this.#secret = secret;
  }

  /** The next digits that no door has seen. One step ahead is within the allowed drift; two are not. */
  next() {
    this.#used = Math.max(stepNow(), this.#used + 1);
    return digits(this.#secret, this.#used);
  }
}
