import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sound } from '../../lib/sound';
import { minutes, open, session, silent, watch } from '../../test/console';
import { wordOf } from './use-watchdog';

const card = { address: { line1: '1200 Alder Street', line2: '', city: 'Chicago', region: 'IL', postal_code: '60607' }, confirmed_at: null, emergency_number: '911', sitter_phone: '+1 555 0142', clinic_phone: null, first_name: null, dose: null, dose_at: null, medicine: '', instructions: [] };

let gone = false;
const clock = (): number => Date.now() * 1000;
/** The server answers with what is told here, until it is gone; then no answer comes by any road. */
async function begin({ told = {}, phase = {}, more = {}, me = {} }: { told?: Partial<typeof watch>; phase?: Partial<typeof session>; more?: Record<string, unknown>; me?: { watchdog_url?: string } } = {}): Promise<void> {
  open({ session: phase, me, more: { 'GET /checkins/sessions/s/watch': () => ({ body: { ...watch, next: { sequence: 4, due_at: clock() + minutes(3), opens_at: clock(), deadline_at: clock() + minutes(5) }, ...told, now_at: clock() } }), 'GET /safety/sessions/s/emergency-card': card, ...more } });
  const answers = globalThis.fetch;
  vi.stubGlobal('fetch', (...asked: Parameters<typeof fetch>) => (gone ? Promise.reject(new TypeError('Failed to fetch')) : answers(...asked)));
  await pass(1);
}
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1_000));
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

class FakeEvents {
  static made: FakeEvents[] = [];
  private readonly listeners = new Map<string, (event: { data: string }) => void>();
  constructor(readonly url: string) {
    FakeEvents.made.push(this);
  }
  addEventListener(kind: string, listener: (event: { data: string }) => void) {
    this.listeners.set(kind, listener);
  }
  say(state: string) {
    this.listeners.get('message')?.({ data: JSON.stringify({ heard_at: clock(), engines: 2, state, now: clock() }) });
  }
  close() {}
}

beforeEach(() => {
  gone = false;
  FakeEvents.made = [];
  vi.useFakeTimers();
  vi.spyOn(sound, 'only').mockImplementation(() => undefined);
  vi.stubGlobal('EventSource', FakeEvents);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('when the server is gone', () => {
  it('says so across the page within 15 s, not at once, with the numbers to call', async () => {
    await begin();
    gone = true;
    await pass(9);
    expect(screen.queryByRole('alert')).toBeNull();
    await pass(7);
    const alert = screen.getByRole('alert');
    expect(alert).toHaveTextContent('MONITORING LOST');
    expect(alert).toHaveTextContent('Call Ana now on +1 555 0142 If nobody answers, call 911');
    expect(within(alert).getByRole('link', { name: '+1 555 0142' })).toHaveAttribute('href', 'tel:+15550142');
    expect(within(alert).getByRole('link', { name: '911' })).toHaveAttribute('href', 'tel:911');
    expect(alert).toHaveTextContent('1200 Alder Street, Chicago, IL, 60607');
    expect(Number(alert.dataset['alarmAt'])).toBeGreaterThan(Date.now() - 10_000);
  });

  it('does not ask to call the sitter while a quiet call is open', async () => {
    await begin({ told: { incidents: [{ ...silent, cause: 'quiet_call' }] } });
    gone = true;
    await pass(16);
    const alert = screen.getAllByRole('alert').find(({ textContent }) => textContent?.includes('MONITORING LOST'));
    expect(alert).toHaveTextContent('Do not ring the sitter’s phone first.');
    expect(alert).not.toHaveTextContent('Call Ana');
    expect(alert).toHaveTextContent('call 911');
  });

  it('lets the tab’s title and the sign take turns, a second each', async () => {
    await begin();
    gone = true;
    await pass(16);
    const first = document.title;
    await pass(1);
    expect([first, document.title].sort()).toEqual(['Session with Sam · Holdspace', '▲ MONITORING LOST']);
  });

  it('names the clinic where the sitter’s number is not known', async () => {
    await begin({ more: { 'GET /safety/sessions/s/emergency-card': { ...card, sitter_phone: null, emergency_number: null } } });
    gone = true;
    await pass(16);
    expect(screen.getByRole('link', { name: '+1 555 0100' })).toHaveAttribute('href', 'tel:+15550100');
    expect(screen.getByRole('alert')).toHaveTextContent('If nobody answers, call the emergency number of that place.');
  });

  it('holds the numbers although the first question for them was lost', async () => {
    let asked = 0;
    await begin({ more: { 'GET /safety/sessions/s/emergency-card': () => ((asked += 1) === 1 ? { status: 503 } : { body: card }) } });
    await pass(10);
    gone = true;
    await pass(16);
    expect(screen.getByRole('link', { name: '911' })).toBeVisible();
  });

  it('goes on counting to the deadline by itself', async () => {
    await begin();
    gone = true;
    await pass(60);
    expect(screen.getByRole('timer')).toHaveTextContent(/^3:59|^4:00/);
    await pass(60);
    expect(screen.getByRole('timer')).toHaveTextContent(/^2:59|^3:00/);
  });

  it('stops the sound when somebody hears it, and stays', async () => {
    await begin();
    gone = true;
    await pass(16);
    expect(sound.only).toHaveBeenLastCalledWith('lost');
    press('I hear it');
    expect(sound.only).toHaveBeenLastCalledWith(null);
    await pass(120);
    expect(screen.getByRole('alert')).toHaveTextContent('MONITORING LOST');
    expect(sound.only).toHaveBeenLastCalledWith(null);
  });

  it('sounds again when a look goes overdue after the first sound was stopped', async () => {
    await begin({ told: { next: { sequence: 4, due_at: clock() + minutes(0.5), opens_at: clock(), deadline_at: clock() + minutes(1) } } });
    gone = true;
    await pass(16);
    press('I hear it');
    await pass(50);
    expect(sound.only).toHaveBeenLastCalledWith('lost');
    expect(screen.getByRole('alert')).toHaveTextContent('No answer from Ana is known.');
  });

  it('goes by itself, and a calm line says for how long it was away until it is read', async () => {
    await begin();
    gone = true;
    await pass(42);
    gone = false;
    await pass(10);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByText(/^Monitoring is back since .*; it was away for 4\d s\.$/)).toBeVisible();
    expect(document.title).not.toContain('MONITORING LOST');
    press('I have read it');
    expect(screen.queryByText(/Monitoring is back/)).toBeNull();
  });

  it('says that the screen makes no sound when it makes none', async () => {
    await begin();
    gone = true;
    await pass(16);
    expect(screen.getByText('This screen makes no sound.')).toBeVisible();
  });

  it('may say so by a message of the computer, which is asked for with the reason why', async () => {
    const shown: string[] = [];
    class FakeNotification {
      static permission = 'default';
      static requestPermission = () => Promise.resolve((FakeNotification.permission = 'granted'));
      constructor(title: string) {
        shown.push(title);
      }
      close() {}
    }
    vi.stubGlobal('Notification', FakeNotification);
    await begin({ phase: { phase: 'gate', dose_at: null, protocol_phase: null } });
    expect(screen.getByText(/^If this page is hidden when monitoring is lost/)).toBeVisible();
    press('Allow the message');
    await pass(1);
    expect(screen.getByText('This computer shows a message when monitoring is lost.')).toBeVisible();
    gone = true;
    await pass(16);
    expect(shown).toEqual(['Monitoring lost']);
  });

  it('asks before the dose not to begin it', async () => {
    await begin({ phase: { phase: 'gate', dose_at: null, protocol_phase: null } });
    gone = true;
    await pass(16);
    expect(screen.getByText('Do not begin the dose. Nothing is watched until this is gone.')).toBeVisible();
    expect(screen.queryByRole('link', { name: '911' })).toBeNull();
  });

  it('keeps still once the session is closed', async () => {
    await begin({ phase: { phase: 'closed' }, told: { phase: 'closed', armed: false, next: null } });
    gone = true;
    await pass(60);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByText('Server lost')).toBeVisible();
  });
});

describe('when a look is overdue and the server is there', () => {
  const overdue = { next: { sequence: 4, due_at: clock() - minutes(3), opens_at: clock(), deadline_at: clock() - minutes(1) } };

  it('says so in the same place, in other words', async () => {
    await begin({ told: overdue });
    const alert = screen.getByRole('alert');
    expect(alert).toHaveTextContent('A look is overdue and the server has not said so');
    expect(screen.getByText(/^\+\d+:\d\d$/, { selector: 'strong' })).toBeVisible();
    expect(sound.only).toHaveBeenLastCalledWith('lost');
  });

  it('leaves it to the ordinary alarm when the server has said so', async () => {
    await begin({ told: { ...overdue, incidents: [{ ...silent, opened_at: overdue.next.deadline_at }] } });
    expect(screen.getByRole('alert')).toHaveTextContent('No answer from Ana');
    expect(screen.queryByText(/has not said so/)).toBeNull();
    expect(sound.only).toHaveBeenLastCalledWith('alarm');
  });
});

describe('the dots', () => {
  it('say that no watchdog is set up when nobody named one', async () => {
    await begin();
    expect(screen.getByText('Watchdog not set up')).toBeVisible();
    expect(FakeEvents.made).toEqual([]);
  });

  it('say server late after 10 s and lost within 15 s', async () => {
    await begin();
    expect(screen.getByText('Server, slower')).toBeVisible();
    gone = true;
    await pass(12);
    expect(screen.getByText('Server late')).toBeVisible();
    await pass(4);
    expect(screen.getByText('Server lost')).toBeVisible();
    expect(screen.queryByText('Watch on')).toBeNull();
    expect(screen.getByText('Watch not known')).toBeVisible();
  });

  it('listen to the watchdog at its own address, and say when it was not heard', async () => {
    await begin({ me: { watchdog_url: 'https://dog.example/' } });
    expect(FakeEvents.made[0]?.url).toBe('https://dog.example/beats');
    act(() => FakeEvents.made[0]?.say('ok'));
    expect(screen.getByText('Watchdog')).toBeVisible();
    await pass(29);
    expect(screen.queryByText(/Watchdog not heard for/)).toBeNull();
    await pass(11);
    expect(screen.getByText(/^Watchdog not heard for (39|40) s$/)).toBeVisible();
    expect(screen.getByText('Watchdog late')).toBeVisible();
    await pass(21);
    expect(screen.getByText('Watchdog lost')).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
    act(() => FakeEvents.made.at(-1)?.say('ok'));
    expect(screen.queryByText(/Watchdog not heard for/)).toBeNull();
  });

  it('both lost make the red band say so', async () => {
    await begin({ me: { watchdog_url: 'https://dog.example' } });
    gone = true;
    await pass(62);
    expect(screen.getByRole('alert')).toHaveTextContent('Server and watchdog are both silent here.');
  });

  it('hand on what the watchdog says of the server', async () => {
    await begin({ me: { watchdog_url: 'https://dog.example' } });
    act(() => FakeEvents.made[0]?.say('silent'));
    expect(screen.getByText('The watchdog does not hear the server')).toBeVisible();
    gone = true;
    await pass(16);
    expect(screen.getByRole('alert')).toHaveTextContent('The watchdog does not hear the server either.');
  });

  it('take a word they do not know for a beat, and noise for none', () => {
    expect(wordOf('{"state":"dozing"}')).toBe('unknown');
    expect(wordOf('{"engines":2}')).toBeNull();
    expect(wordOf('beat')).toBeNull();
  });
});

describe('the tab', () => {
  const leaving = (): boolean => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };

  it('asks before it is closed while somebody is dosed', async () => {
    await begin();
    expect(leaving()).toBe(true);
  });

  it('lets go before the dose', async () => {
    await begin({ phase: { phase: 'gate', dose_at: null, protocol_phase: null } });
    expect(leaving()).toBe(false);
  });
});
