// The frame and the few shapes every sitter screen is made of.

import { useEffect, useRef, type ReactNode } from 'react';
import { useRest } from './rest';

type Tone = 'primary' | 'ok' | 'late' | 'alarm' | 'plain';

interface PressProps {
  children: ReactNode; onPress: () => void; onRest?: () => void; tone?: Tone; big?: boolean; huge?: boolean; busy?: boolean; label?: string; pressed?: boolean; why?: string | null;
}

export function Press({ children, onPress, onRest = onPress, tone = 'plain', big = false, huge = false, busy = false, label, pressed, why = null }: PressProps) {
  const rest = useRest(onPress, onRest, !busy && why === null);
  return (
    <>
      <button type="button" className={`press press-${tone}${big ? ' press-big' : ''}${huge ? ' press-huge' : ''}`} aria-label={label} aria-pressed={pressed}
        aria-busy={busy || undefined} aria-disabled={busy || why !== null || undefined} {...rest}>
        {children}
      </button>
      {why !== null && <p className="why-not">{why}</p>}
    </>
  );
}

/** A heading that takes the focus when its step appears, so that a screen reader follows. */
export function Heading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { heading.current?.focus({ preventScroll: true }); }, []);
  return <h1 tabIndex={-1} ref={heading}>{children}</h1>;
}

export type Shape = 'ok' | 'soon' | 'late' | 'alarm' | 'unknown';
const MARKS: Record<Shape, string> = { ok: '●', soon: '◔', late: '◑', alarm: '▲', unknown: '▨' };

/** State is colour, word and shape together. */
export function Mark({ shape, children }: { shape: Shape; children: ReactNode }) {
  return <span className={`mark mark-${shape}`}><span aria-hidden="true">{MARKS[shape]} </span>{children}</span>;
}

export function Note({ tone = 'plain', children, live = false }: { tone?: Shape | 'plain'; children: ReactNode; live?: boolean }) {
  return <div className={`note note-${tone}`} role={live ? 'status' : undefined}>{children}</div>;
}

export function Trouble({ text }: { text: string | null }) {
  return <div role="alert">{text !== null && <p className="trouble"><Mark shape="late">{text}</Mark></p>}</div>;
}

/** The page: what is read scrolls; what is pressed stays under the thumb. */
export function Screen({ top, children, dock }: { top?: ReactNode; children: ReactNode; dock?: ReactNode }) {
  return (
    <div className="screen">
      {top}
      <main id="main">{children}</main>
      {dock !== undefined && <div className="dock">{dock}</div>}
    </div>
  );
}
