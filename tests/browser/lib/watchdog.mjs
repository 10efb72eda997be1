// A watchdog of the house's own, and the demo that it watches: each knows the other's key before the first beat.
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstLine, start, stop } from './child.mjs';
import { folder, program } from './place.mjs';

const WORD_MS = 30_000;
const json = (line) => (line.startsWith('{') ? JSON.parse(line) : null);
const keyOf = (line) => /^watchdog key \S+ (\S+)$/.exec(line)?.[1] ?? null;

/** Two free ports, near enough: nobody else asks for them between here and the start. */
async function freePort() {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A demo mid-session that can be killed and started again, and the watchdog that hears it. */
export class Watched {
  #args;
  #dog;
  #house = null;
  constructor(args, port, dog, pager, session) {
    this.#args = args;
    this.#dog = dog;
    Object.assign(this, { port, pager, session });
  }

  static async open({ name, mail, pager, pace, database = null }) {
    const [data, port, dogPort] = [join(folder(name), 'data'), await freePort(), await freePort()];
    const demo = ['demo', '--port', String(port), '--json', '--pace', String(pace), '--data', data];
    if (database !== null) demo.push('--database', database);
    const seeded = JSON.parse(execFileSync(program, [...demo, '--seed-only'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().split('\n')[0]);
    const told = JSON.parse(execFileSync(program, ['beat-key', '--config', join(data, 'demo.toml')]).toString());
    const dogFolder = folder(name, 'watchdog');
    mkdirSync(dogFolder, { recursive: true });
    const file = join(dogFolder, 'watchdog.json');
    writeFileSync(file, JSON.stringify({
      listen: `127.0.0.1:${dogPort}`, data_dir: join(dogFolder, 'data'), key_file: join(dogFolder, 'watchdog.key'),
      trusted: { [told.key_id]: told.public_key }, origins: [`http://therapist.localhost:${port}`], pagers: [pager],
      smtp: { host: '127.0.0.1', port: Number(mail.port), tls: 'local_plain', user: null, password: null, from: `Watchdog <dog@watch.example>`, ca: null }, smtp_second: null, tls: null,
    }));
    const dog = start(join(dirname(program), 'holdspace-watchdog'), ['--config', file], { log: openSync(join(dogFolder, 'log'), 'a') });
    const key = await firstLine(dog, keyOf, WORD_MS);
    const watched = new Watched([...demo, '--watchdog', `http://127.0.0.1:${dogPort}`, '--watchdog-key', key], port, dog, pager, seeded.session);
    watched.log = join(folder(name), 'house.log');
    watched.dogUrl = `http://127.0.0.1:${dogPort}`;
    return watched;
  }

  /** Starts the house, for the first time or again, and answers what it says. */
  async stands() {
    this.#house = start(program, this.#args, { log: openSync(this.log, 'a') });
    return firstLine(this.#house, json, WORD_MS);
  }

  /** Everything of it dies at once. */
  async dies() {
    this.#house.child.kill('SIGKILL');
    await this.#house.ended;
    return Date.now();
  }

  async close() {
    await Promise.all([this.#house === null ? null : stop(this.#house), stop(this.#dog)]);
  }
}
