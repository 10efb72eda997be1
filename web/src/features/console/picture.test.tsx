import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tile } from '../../lib/media/types';
import { SECOND } from '../../lib/time';
import { Picture } from './picture';
import { SpokenTroubles } from './spoken-troubles';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const now = (): number => Date.now() * 1000;
const tile = (change: Partial<Tile> = {}): Tile => ({ person: 'ana', role: 'sitter', place: 'present', video: null, frozen: false, camera: true, microphone: true, picture: null, sound: null, quality: null, ...change });
const told = <Is,>(is: Is, seconds = 0) => ({ is, since_at: now() - seconds * SECOND });
const show = (change: Partial<Tile>) => render(<Picture name="Ana" stream={null} place="sitter" instead={null} known={tile(change)} />);
const caption = () => screen.getByRole('figure').querySelector('figcaption');

describe('a tile', () => {
  it('says that a picture stands still, and counts how long', async () => {
    show({ picture: told('frozen') });
    expect(caption()).toHaveTextContent('Ana’s picture stands still');
    await act(() => vi.advanceTimersByTimeAsync(4000));
    expect(caption()).toHaveTextContent(/Ana’s picture has stood still for [34] s$/);
  });

  it('says that the lens may be covered, and that no sound comes, both', () => {
    show({ picture: told('black', 9), sound: told('silent', 9) });
    expect(caption()).toHaveTextContent('Ana’s camera shows only black: the lens may be covered');
    expect(caption()).toHaveTextContent('No sound comes from Ana’s microphone');
  });

  it('remarks on a dark room without the colour of trouble: eye shades are normal here', () => {
    show({ picture: told('dark') });
    expect(screen.getByText('Ana’s room is too dark to see a face').closest('[data-tone]')).toHaveAttribute('data-tone', 'unknown');
  });

  it('does not call a camera switched off that has stopped by itself', () => {
    show({ camera: false, picture: told('stopped'), microphone: false });
    expect(caption()).toHaveTextContent('Ana’s camera has stopped by itself');
    expect(caption()).not.toHaveTextContent('Camera off');
    expect(caption()).toHaveTextContent('Microphone off');
  });

  it('says nothing of what was told before the line was lost', () => {
    show({ place: 'lost', picture: told('frozen') });
    expect(caption()).toHaveTextContent(/Line lost$/);
  });

  it('says the line in words at every score, and that it is not known before it is', () => {
    for (const [quality, words] of [[null, 'not measured yet'], [5, 'very good'], [4, 'good'], [3, 'fair'], [2, 'poor'], [1, 'unusable']] as const) {
      const { unmount } = show({ quality, picture: told('live'), sound: told('live') });
      expect(caption()).toHaveTextContent(new RegExp(`Line ${words}$`));
      unmount();
    }
  });
});

it('reads a trouble aloud once, however long it lasts, and again when it comes again', () => {
  const spoken = (change: Partial<Tile>) => <SpokenTroubles tiles={[tile(change)]} nameOf={() => 'Ana'} />;
  const { container, rerender } = render(spoken({ picture: told('frozen') }));
  const said = container.querySelector('p');
  expect(said).toHaveTextContent('Ana’s picture stands still.');
  rerender(spoken({ picture: told('frozen', 60), sound: told('silent') }));
  expect(container.querySelectorAll('p')).toHaveLength(2);
  expect(container.querySelector('p')).toBe(said);
  rerender(spoken({ picture: told('live') }));
  expect(container.querySelectorAll('p')).toHaveLength(0);
});
