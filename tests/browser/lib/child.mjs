// Programs this run starts, and that end with it, whatever happens.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

/** Starts a program; `lines` is its stdout, line by line. What it says on stderr goes to `log`. */
export function start(program, args, { log, env = {} } = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', log ?? 'ignore'], env: { ...process.env, ...env } });
  running.add(child);
  const ended = new Promise((resolve) => child.once('exit', (code) => { running.delete(child); resolve(code); }));
  return { child, ended, lines: createInterface({ input: child.stdout }) };
}

/** Asks it to stop, and makes it after the bound. */
export async function stop({ child, ended }, bound_ms = 5_000) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGINT');
  const hard = setTimeout(() => child.kill('SIGKILL'), bound_ms);
  const code = await ended;
  clearTimeout(hard);
  return code;
}

/** The first line that means something. */
export function firstLine({ lines, ended }, means, bound_ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no word within ${bound_ms} ms`)), bound_ms);
    ended.then((code) => reject(new Error(`ended with ${code} before it said anything`)));
    lines.on('line', (line) => {
      const found = means(line);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}
