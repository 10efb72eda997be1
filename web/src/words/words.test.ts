import { expect, it } from 'vitest';
import { en } from './en';

const sentences = (node: unknown, at: string): [string, string][] => {
  if (typeof node === 'string') return [[at, node]];
  if (typeof node === 'function') return [[at, String((node as (...all: unknown[]) => unknown)(...Array(6).fill(2)))]];
  if (typeof node === 'object' && node !== null) return Object.entries(node).flatMap(([name, inner]) => sentences(inner, `${at}.${name}`));
  return [];
};

it('never shouts and never promises what software cannot know', () => {
  for (const [at, sentence] of sentences(en, 'en')) {
    expect(sentence, at).not.toMatch(/!/);
    expect(sentence, at).not.toMatch(/on the way\b.*help|help is on/i);
  }
});
