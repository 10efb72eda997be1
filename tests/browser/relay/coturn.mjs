// The relay that large clinics run beside the house, as Debian delivers it.
import { openSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { start, stop } from '../lib/child.mjs';
import { coturnProgram, folder } from '../lib/place.mjs';
import { until } from '../lib/until.mjs';

const SECRET = 'known to the relay and the house';

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const accepts = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== null));
  socket.on('error', () => resolve(null));
});

/** Starts it on this machine; its peers are on loopback here, which a real one must deny. */
export async function coturn() {
  const [port, at] = [await freePort(), folder('coturn')];
  const process = start(coturnProgram, [
    '-n', '--use-auth-secret', `--static-auth-secret=${SECRET}`, '--realm=relay', `--listening-port=${port}`,
    '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', '--no-cli', '--no-tls', '--no-dtls', '--allow-loopback-peers',
    '--no-multicast-peers', `--pidfile=${join(at, 'pid')}`, `--userdb=${join(at, 'userdb')}`, '--log-file=stdout',
  ], { log: openSync(join(at, 'log'), 'a') });
  // Nobody reads what it says; a full pipe would stop it.
  process.lines.on('line', () => undefined);
  await until('coturn listens', () => accepts(port));
  const urls = ['udp', 'tcp'].map((transport) => `turn:127.0.0.1:${port}?transport=${transport}`);
  return { urls, secret: SECRET, close: () => stop(process) };
}
