// Where things are: what xtask hands over, and for a run by hand what lies about.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

const given = (name, otherwise) => process.env[name] ?? otherwise;
const first = (...paths) => paths.find((path) => existsSync(path)) ?? paths[0];

export const program = given('PROOF_PROGRAM', join(root, 'target/release/holdspace'));
export const chromiumProgram = given('PROOF_CHROMIUM', first('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'));
export const coturnProgram = given('PROOF_COTURN', '/usr/bin/turnserver');
export const python = given('PROOF_PYTHON', first(join(root, 'target/tools/python/bin/python'), '/usr/bin/python3'));
export const sinkProgram = join(root, 'tests/smtp_sink.py');

const work = given('PROOF_WORK', join(root, 'target/services/proofs/by-hand', String(process.pid)));

/** A folder of this run, made when asked for. */
export function folder(...names) {
  const path = join(work, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}
