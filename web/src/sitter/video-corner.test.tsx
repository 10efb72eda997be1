import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { PictureIs, RosterEntry, SoundIs } from '../lib/media/types';
import type { Place } from './room';
import { VideoCorner } from './video-corner';

const place = vi.hoisted(() => ({ now: null as unknown }));
vi.mock('./room', () => ({ usePlace: () => place.now, joinRoom: vi.fn(), agreeToOpen: vi.fn() }));
vi.mock('./context', () => ({ useSession: () => ({ id: 's', patient: 'Sam', therapist: 'Dr. Lee' }), useWorld: () => ({ me: { person: 'ana' } }) }));

const person = (name: string, role: 'patient' | 'sitter', picture: PictureIs | null, sound: SoundIs | null): RosterEntry => ({
  person: name, role, place: 'present', since_at: 1, camera: true, microphone: true, quality: null, encrypts: true, agrees_open: false,
  picture: picture === null ? null : { is: picture, since_at: 1 },
  sound: sound === null ? null : { is: sound, since_at: 1 },
});

function open(...roster: RosterEntry[]): void {
  const now: Place = { state: { name: 'live' }, tiles: [], roster, encryption: { kind: 'encrypted', words: null }, joining: false };
  place.now = now;
  render(<VideoCorner />);
}

it('says what hands in the room can do for Sam, and what Ana can do on her own phone', () => {
  open(person('sam', 'patient', 'black', 'live'), person('ana', 'sitter', 'live', 'silent'));
  expect(screen.getByText('Sam’s camera shows only black. Look if something covers the lens.')).toBeVisible();
  expect(screen.getByText(/^No sound comes from your microphone\./)).toBeVisible();
});

it('does not ask for light in the room of somebody with closed eyes', () => {
  open(person('sam', 'patient', 'dark', 'live'), person('ana', 'sitter', null, null));
  expect(screen.queryByText(/dark|lamp|camera|microphone/)).toBeNull();
});
