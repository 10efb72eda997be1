// Serves dist/ with the real policy, and a small clinic that forgets when it stops.
// `?as=ROLE` on any page chooses who is signed in. Cookie `server=silent`: no answer from then on; `watchdog=ok|silent|audit_failing|mute|none`.
// Error paths by sentinel: e-mail "refuse@…", token "refuse".
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { people } from './people.mjs';
import { watchdog, watchdogUrl } from './watchdog.mjs';
import * as world from './world.mjs';

const PORT = Number(process.env.PORT ?? 4173);
const ROOT = process.env.DIST ?? 'dist';
// As services/gateway/src/headers.rs has it, and the watchdog's own origin.
const POLICY = `default-src 'self'; connect-src 'self' ${new URL(watchdogUrl(PORT, 'ok')).origin}; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'`;
const PAGE = { 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'permissions-policy': 'camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), geolocation=(), payment=(), usb=()' };
const KIND = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json' };
const BY_ROLE = { patient: people.sam, sitter: people.ana, therapist: people.lee, prescriber: people.noor, coordinator: people.cleo };

const problem = (status, code, title, detail, fields = []) => ({ status, problem: { type: 'about:blank', title, status, detail, code, request_id: '018f-mock', fields } });
const cookie = (request, name) => new RegExp(`(?:^|; )${name}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1];
const who = (request) => BY_ROLE[cookie(request, 'role')] ?? null;

function me(request) {
  const person = who(request);
  if (person === null) return problem(401, 'identity.signed_out', 'Signed out', 'Sign in to go on.');
  return { ...person, clinic: 'c', clinic_name: 'Lantern House', clinic_phone: '+1 555 0100', session: null, presence: true, demo: true, duty: undefined, watchdog_url: watchdogUrl(PORT, cookie(request, 'watchdog') ?? 'ok') };
}

const seen = (id) => {
  for (const watch of world.watches.values()) for (const ask of watch.support) if (ask.id === id) Object.assign(ask, { seen_at: world.now(), seen_by: people.lee.person });
};
const change = (id, changes) => {
  for (const watch of world.watches.values()) for (const incident of watch.incidents) if (incident.id === id) Object.assign(incident, changes);
};
const open = () => [...world.watches.values()].flatMap((watch) => watch.incidents).filter((incident) => incident.state !== 'resolved');

const routes = [
  ['GET', '/identity/me', (_, request) => me(request)],
  ['POST', '/identity/sign-in', ({ body }) => (body.email.startsWith('refuse') ? problem(401, 'identity.no_match', 'That did not match', 'Check the address, the password and the six digits, and try again.') : { role: 'therapist', next: '/' })],
  ['POST', '/identity/sign-out', () => null],
  ['POST', '/identity/links/redeem', ({ body }) => (body.token === 'refuse' ? problem(410, 'identity.link_used', 'This link was used', 'Each link works once. Ask your clinic for a new one.') : { role: 'therapist', next: 'home', session: null })],
  ['GET', '/identity/people', () => Object.values(people)],
  ['GET', '/identity/sessions/:s/people', () => Object.values(people).filter(({ role }) => role !== 'coordinator')],
  ['GET', '/identity/sessions/:s/presence-code', () => ({ code: '482913', expires_at: world.now() + 540_000_000 })],
  ['GET', '/identity/sessions/:s/second-contact', () => ({ standing: 'confirmed', person: 'bruno', first_name: 'Bruno', phone: '+1 555 0199', asked_at: world.now() - 86_400e6, answered_at: world.now() - 80_000e6 })],
  ['POST', '/identity/links/second-contact/question', () => ({ starts_at: world.now() + 86_400e6, ends_at: world.now() + 104_400e6 })],
  ['POST', '/identity/links/second-contact', ({ body }) => (body.token === 'refuse' ? problem(410, 'link.refused', 'This link cannot be used.', 'Ask your clinic for a new one.') : null)],
  ['GET', '/scheduling/availability', () => ({ time_zone: 'America/New_York', weekly: [{ weekday: 2, from: '09:00', until: '13:00' }, { weekday: 4, from: '12:00', until: '18:00' }] })],
  ['GET', '/scheduling/on-call', () => [{ person: people.noor.person, from_at: world.now() - 3600e6, until_at: world.now() + 8 * 3600e6 }]],
  ['GET', '/scheduling/bookings', () => [...world.sessions.values()].map((s) => ({ session: s.session, kind: 'dosing', starts_at: s.starts_at, ends_at: s.ends_at, ...s.people, state: s.phase, drill: s.drill, pace: s.pace, time_zone: 'America/Chicago' }))],
  ['GET', '/scheduling/slots', () => ({ slots: [], therapist_zone: 'America/New_York' })],
  ['GET', '/safety/sessions', () => [...world.sessions.values()].map((s) => ({ ...s, ...s.people, red: s.dose_at === null ? world.gate(s.session).red.length : 0, open_items: 2 }))],
  ['GET', '/safety/sessions/:s', ({ s }) => ({ ...world.sessions.get(s), now_at: world.now() })],
  ['GET', '/safety/sessions/:s/gate', ({ s }) => world.gate(s)],
  ['GET', '/safety/sessions/:s/checklist', () => world.checklist],
  ['POST', '/safety/sessions/:s/checklist/:item', ({ item, body }) => { Object.assign(world.checklist.find(({ id }) => id === item), { state: body.answer, attested_at: world.now(), attested_by: people.lee.person }); return {}; }],
  ['GET', '/safety/sessions/:s/emergency-card', ({ s }) => world.cardOf(s)],
  ['GET', '/safety/sessions/:s/vitals', ({ s }) => world.vitals.get(s)],
  ['POST', '/safety/sessions/:s/vitals', ({ s, body }) => { const band = body.systolic > 160 ? 'red' : body.systolic > 140 ? 'amber' : 'green'; world.vitals.get(s).push({ ...body, record: String(Math.random()), band, severity: 'ok', recorded_at: world.now(), recorded_by: people.lee.person }); return { record: 'r', band, severity: 'ok', recheck_at: band === 'green' ? null : world.now() + 600e6, todo: band === 'green' ? 'In range.' : 'Rest quietly for ten minutes, then measure again.' }; }],
  ['POST', '/safety/sessions/:s/dose/offer', ({ s }) => problem(409, 'gate.closed', 'Not yet', 'The dose cannot begin yet.', world.gate(s).red.map(({ id, title, owner, todo }) => ({ name: id, code: 'red', owner, detail: `${title} ${todo}` })))],
  ['GET', '/checkins/form', () => world.form],
  ['GET', '/checkins/sessions/:s/watch', ({ s }) => world.watchOf(s)],
  ['GET', '/checkins/incidents', open],
  ['POST', '/checkins/incidents/:i/acknowledge', ({ i }) => { change(i, { state: 'acknowledged', acknowledged_by: people.lee.person, acknowledged_until: world.now() + 120e6 }); return {}; }],
  ['POST', '/checkins/incidents/:i/resolve', ({ i, body }) => { change(i, { state: 'resolved', resolved_by: people.lee.person, outcome: body.outcome }); return {}; }],
  ['POST', '/checkins/sessions/:s/support/:i/seen', ({ i }) => { seen(i); return {}; }],
  ['POST', '/checkins/links/peek', () => ({ kind: 'acknowledge' })],
  ['POST', '/checkins/links/acknowledge', ({ body }) => (body.token === 'refuse' ? problem(410, 'checkins.link_used', 'Already answered', 'Somebody is on it. You need do nothing.') : {})],
  ['POST', '/checkins/links/on-call-confirmation', () => ({})],
  ['GET', '/care/patients/:p/dose-orders', () => [{ strength_mg: 100, lozenges: 2, hold_minutes: 10, disposal: 'spit', max_sessions: 6, min_interval_hours: 72, valid_until_at: world.now() + 90 * 86400e6 }]],
  ['GET', '/care/sessions/:s/aftercare', () => ({ discharged_at: null, integration: { offered_at: null, booked_at: null }, journal_prompt: 'What stayed with you?', morning: { due_at: null, answered_at: null }, restrictions: [] })],
  ['GET', '/care/journal', () => []],
  ['GET', '/video/sessions/:s/room', () => ({ waiting: [{ person: people.sam.person, since_at: world.now() - 40e6, device_check: null }], present: [{ person: people.ana.person, since_at: world.now() - 90e6 }] })],
  ['GET', '/notify/mailbox', () => world.mailbox],
  ...['safety', 'checkins', 'identity', 'care', 'scheduling', 'video', 'notify'].map((service) => ['GET', `/${service}/sessions/:s/trail`, () => world.trail(service)]),
].map(([method, path, answer]) => ({ method, pattern: new RegExp(`^/api${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), answer }));

async function api(request, response, path) {
  if (cookie(request, 'server') === 'silent') return void request.socket.destroy();
  let text = '';
  for await (const part of request) text += part;
  const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(path));
  const params = route?.pattern.exec(path)?.groups ?? {};
  const answer = route === undefined ? (request.method === 'POST' ? {} : problem(404, 'route.unknown', 'Not found', 'The mock does not know this.')) : await route.answer({ ...params, body: text === '' ? {} : JSON.parse(text) }, request);
  const head = { 'x-holdspace-now': String(world.now()), 'cache-control': 'no-store' };
  if (answer === null) return void response.writeHead(204, head).end();
  if (answer?.problem) return void response.writeHead(answer.status, { ...head, 'content-type': 'application/problem+json' }).end(JSON.stringify(answer.problem));
  response.writeHead(200, { ...head, 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function file(response, path) {
  const name = path === '/s' ? '/sitter.html' : path;
  const at = join(ROOT, normalize(name));
  const body = await readFile(extname(name) === '' ? join(ROOT, 'index.html') : at).catch(() => null);
  if (body === null) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': KIND[extname(name)] ?? KIND['.html'], ...PAGE }).end(body);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  const role = url.searchParams.get('as');
  if (role !== null) response.setHeader('set-cookie', `role=${role}; Path=/`);
  void (url.pathname.startsWith('/api/') ? api(request, response, url.pathname) : file(response, url.pathname));
}).listen(PORT, () => process.stdout.write(`http://localhost:${PORT}/?as=therapist\n`));
watchdog(PORT);
