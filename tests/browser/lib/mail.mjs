// A real mail server on loopback that keeps what it is sent, and reading what it kept.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstLine, start, stop } from './child.mjs';
import { folder, python, sinkProgram } from './place.mjs';
import { until } from './until.mjs';

export class Mail {
  #sink;
  #out;
  port;

  static async open() {
    const mail = new Mail();
    mail.#out = join(folder('mail'), 'mails.jsonl');
    mail.#sink = start(python, [sinkProgram, '--out', mail.#out], { log: 'inherit' });
    mail.port = await firstLine(mail.#sink, (line) => /^ready (\d+)$/.exec(line)?.[1] ?? null, 10_000);
    return mail;
  }

  /** Every message so far, oldest first. */
  all() {
    if (!existsSync(this.#out)) return [];
    return readFileSync(this.#out, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  /** The newest message to this address that fits, waited for. `after`: how many there were when it was asked for. */
  async to(address, fits = () => true, after = 0, bound_ms = 15_000) {
    return until(`mail to ${address}`, () => this.all().slice(after).findLast((mail) => mail.to.includes(address) && fits(mail)), bound_ms);
  }

  async close() {
    await stop(this.#sink);
  }
}

/** The one link in a message that opens `page`. */
export function linkIn(mail, page) {
  const link = mail.text.split(/\s/).find((word) => word.includes(`/${page}#`));
  if (link === undefined) throw new Error(`no /${page} link in "${mail.subject}"`);
  return link;
}
