import { useId, type ButtonHTMLAttributes, type ReactNode } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `main`: the one thing to do here. `quiet`: also possible. `bare`: a word. `alarm`: alarms only, never "cancel". */
  look?: 'main' | 'quiet' | 'bare' | 'alarm';
  size?: 'usual' | 'large';
  wide?: boolean;
  busy?: boolean;
  /** Why it cannot be pressed now. The button stays reachable, so that the reason can be read and heard. */
  refused?: string | undefined;
  children: ReactNode;
}

export function Button({ look = 'main', size = 'usual', wide = false, busy = false, refused, children, onClick, type = 'button', className, ...rest }: ButtonProps) {
  const why = useId();
  const held = busy || refused !== undefined;
  return (
    <>
      <button
        {...rest}
        type={type}
        className={[styles.button, className].filter(Boolean).join(' ')}
        data-look={look}
        data-size={size}
        data-wide={wide || undefined}
        data-busy={busy || undefined}
        aria-busy={busy || undefined}
        aria-disabled={held || undefined}
        aria-describedby={refused === undefined ? rest['aria-describedby'] : why}
        onClick={(event) => {
          if (held) event.preventDefault();
          else onClick?.(event);
        }}
      >
        {children}
      </button>
      {refused === undefined ? null : (
        <span id={why} className={styles.why}>
          {refused}
        </span>
      )}
    </>
  );
}
