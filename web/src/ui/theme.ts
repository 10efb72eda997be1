// The kit under our tokens: shape and behaviour from Mantine, every colour and size from tokens.css.
import { createTheme } from '@mantine/core';

const field = { size: 'md', radius: 'md' } as const;

export const theme = createTheme({
  fontFamily: 'var(--font)',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    TextInput: { defaultProps: field },
    PasswordInput: { defaultProps: field },
    NumberInput: { defaultProps: field },
    NativeSelect: { defaultProps: field },
    Textarea: { defaultProps: field },
  },
});
