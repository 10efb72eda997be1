// The watchdog's own origin, one port above the pages: `/WORD/beats` speaks as a watchdog would that has that to say.
// `mute` keeps the connection open and says nothing.
import { createServer } from 'node:http';

const EVERY_MS = 15_000;
const WORDS = ['ok', 'silent', 'audit_failing', 'starting', 'mute'];

export const watchdogUrl = (port, word) => (word === 'none' ? null : `http://localhost:${port + 1}/${word}`);

export function watchdog(port) {
  createServer((request, response) => {
    const word = /^\/(\w+)\/beats$/.exec(request.url)?.[1];
    if (!WORDS.includes(word)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'access-control-allow-origin': request.headers.origin ?? '*' });
    response.write(': open\n\n');
    if (word === 'mute') return;
    const say = () => response.write(`data: ${JSON.stringify({ heard_at: Date.now() * 1000, engines: word === 'silent' ? 0 : 2, state: word, now: Date.now() * 1000 })}\n\n`);
    say();
    const timer = setInterval(say, EVERY_MS);
    request.on('close', () => clearInterval(timer));
  }).listen(port + 1);
}
