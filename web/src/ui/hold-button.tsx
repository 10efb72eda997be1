import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import styles from './hold-button.module.css';

interface HoldButtonProps {
  /** 1 s asks for help; 3 s ends something. */
  seconds: 1 | 3;
  onHeld: () => void;
  /** Said under the label: "hold one second". Keyboards hold Enter or Space just as long. */
  hint: string;
  look?: 'quiet' | 'main' | 'alarm';
  wide?: boolean;
  busy?: boolean;
  children: ReactNode;
}

/** Pressed for as long as it says, by finger, pen or key. Letting go early does nothing. */
export function HoldButton({ seconds, onHeld, hint, look = 'quiet', wide = false, busy = false, children }: HoldButtonProps) {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const release = (): void => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    setHolding(false);
  };
  const press = (): void => {
    if (busy || timer.current !== null) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      release();
      onHeld();
    }, seconds * 1_000);
  };
  const isPressKey = (event: KeyboardEvent): boolean => event.key === 'Enter' || event.key === ' ';
  useEffect(() => release, []);
  return (
    <button
      type="button"
      className={styles.hold}
      data-holding={holding || undefined}
      data-look={look}
      data-seconds={seconds}
      data-wide={wide || undefined}
      aria-busy={busy || undefined}
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isPressKey(event)) return;
        event.preventDefault();
        press();
      }}
      onKeyUp={(event) => isPressKey(event) && release()}
      onBlur={release}
    >
      <span className={styles.fill} aria-hidden="true" />
      <span className={styles.label}>{children}</span>
      <span className={styles.hint}>{hint}</span>
    </button>
  );
}
