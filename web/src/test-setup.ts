import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// What must appear appears, also on a machine that is busy: these tests judge what is shown, not how fast.
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);

// jsdom has none of these; the kit and the router ask for them.
window.scrollTo = () => undefined;
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener: vi.fn(), removeEventListener: vi.fn(), addListener: vi.fn(), removeListener: vi.fn(), onchange: null, dispatchEvent: () => false }) as MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// A text field that grows measures again when a font arrives; jsdom has none.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });
