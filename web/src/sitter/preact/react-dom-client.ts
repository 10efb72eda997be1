// React's way to begin, done by preact's core.
import { render, type ComponentChild } from 'preact';

export const createRoot = (root: HTMLElement) => ({ render: (child: ComponentChild): void => render(child, root) });
