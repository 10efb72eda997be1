import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Watch } from '../../api/types';
import { minutes, now, open } from '../../test/console';

type Pager = NonNullable<Watch['pager']>;

const contact = (person: string, current: boolean): Pager['contacts'][number] => ({ person, channels: ['mail'], answered_at: current ? now : null, current });
const page = (person: string, round: number, channel: string, state: string): Pager['pages'][number] => ({ person, round, channel, state, paged_at: now - minutes(2 - round), at: now });

const pager = (changed: Partial<Pager> = {}): Pager => ({ state: 'planned', page_at: now + minutes(20), next_at: null, answered_by: null, answered_at: null, hole: null, contacts: [contact('noor', true), contact('ana', true)], pages: [], ...changed });

const before = (changed: Partial<Pager>, confirmed: number | null = null) =>
  open({
    session: { phase: 'gate', dose_at: null, protocol_phase: null },
    watch: { phase: 'standing', on_call_confirmed_at: confirmed, pager: pager(changed) },
    more: { 'POST /checkins/sessions/s/on-call/page': { at: now } },
  });

const part = () => screen.findByRole('region', { name: 'The page before the session' });

it('says when the page goes out by itself', async () => {
  before({});
  expect(await part()).toHaveTextContent(/Whoever is on call is paged at \d\d:\d\d/);
});

it('shows who was paged, by what, how far it came, and who is next', async () => {
  before({ state: 'paging', page_at: null, next_at: now + minutes(1), pages: [page('noor', 0, 'mail', 'accepted'), page('noor', 0, 'sms', 'failed'), page('ana', 1, 'mail', 'seen')] });
  const lines = within(await part()).getAllByRole('listitem');
  expect(lines.map((line) => line.textContent)).toEqual([expect.stringContaining('Noor by mail (sent) and text (did not arrive)'), expect.stringContaining('Ana by mail (seen)')]);
  expect(await part()).toHaveTextContent(/Ana is being paged. Without an answer the next person is, at \d\d:\d\d/);
});

it.each([
  ['nobody', 'names nobody outside of this session'],
  ['unreachable', 'No working channel leads'],
])('names the hole "%s" and whose it is, before anybody is paged', async (hole, sentence) => {
  before({ hole });
  expect(await part()).toHaveTextContent(sentence);
  expect(await part()).toHaveTextContent('coordinator');
});

it('says who answered and when, and asks whoever has not answered lately', async () => {
  const calls = before({ state: 'answered', page_at: null, answered_by: 'noor', answered_at: now, contacts: [contact('noor', true), contact('ana', false)] }, now);
  expect(await part()).toHaveTextContent(/Noor answered at \d\d:\d\d/);
  expect(await part()).toHaveTextContent('Has not answered a page for thirty days, and does not count as reachable: Ana.');
  await userEvent.click(screen.getByRole('button', { name: 'Page the others too' }));
  expect(calls.some(({ path }) => path === '/checkins/sessions/s/on-call/page')).toBe(true);
});

it('asks again when nobody answered', async () => {
  before({ state: 'unanswered', page_at: null });
  expect(await part()).toHaveTextContent('Nobody answered');
  expect(screen.getByRole('button', { name: 'Page Noor now' })).toBeVisible();
});

it('shows the gate’s own sentence under the item, not the list’s', async () => {
  const item = { id: 'RX-CALL', group: 'prescriber', title: 'Somebody outside has answered.', why: '', todo: 'Call the on-call lead.', blocking: true, unless: null, declined_by: [], attesters: [], quorum: 'any', method: 'system', state: 'system', answers: [], attested_by: null, attested_at: null, expires_at: null };
  const red = { id: 'RX-CALL', title: item.title, owner_role: 'coordinator', owner: null, why: '', todo: 'The ladder names nobody outside of this session.' };
  open({ session: { phase: 'gate', dose_at: null, protocol_phase: null }, watch: { on_call_confirmed_at: null, pager: pager({}) }, more: { 'GET /safety/sessions/s/checklist': [item], 'GET /safety/sessions/s/gate': { open: false, red: [red], amber: [] } } });
  expect(await screen.findByText('The ladder names nobody outside of this session.')).toBeVisible();
  expect(screen.queryByText('Call the on-call lead.')).not.toBeInTheDocument();
});
