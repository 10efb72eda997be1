// The house under test: one process or eight, an empty folder, a port of its own choice, mail to the sink.
import { openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstLine, start, stop } from './child.mjs';
import { folder, program } from './place.mjs';

/** What the house has to say something within; the bar on its start is `demo --check`'s. */
const WORD_MS = 30_000;

const json = (line) => (line.startsWith('{') ? JSON.parse(line) : null);

/** Starts it. `session: true` opens mid-session; without it people book their own. The same name and port again go on. */
export async function openHouse({ mail = null, pace = 60, session = false, name = 'house', split = false, port = 0, relay = null } = {}) {
  const data = folder(name);
  // Eight processes on Postgres and Redis in place of one on SQLite; both say the same when they are ready.
  const house = split ? join(dirname(program), 'split_house') : program;
  const args = [...(split ? [] : ['demo']), '--port', String(port), '--json', '--pace', String(pace), '--data', join(data, 'data')];
  if (!session) args.push('--no-session');
  if (mail !== null) args.push('--smtp', `127.0.0.1:${mail.port}`);
  if (relay !== null) args.push('--relay-secret', relay.secret, ...relay.urls.flatMap((url) => ['--relay', url]));
  const log = join(data, 'house.log');
  const process = start(house, args, { log: openSync(log, 'a') });
  const ready = await firstLine(process, json, WORD_MS);
  return { ...ready, log, origin: `http://localhost:${ready.port}`, process, close: () => stop(process) };
}
