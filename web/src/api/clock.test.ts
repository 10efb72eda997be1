import { expect, it } from 'vitest';
import { learn, offset } from './clock';

it('trusts the answer with the shortest road', () => {
  const now = Date.now();
  learn(now - 2_000, now, (now - 1_000 + 900) * 1_000);
  learn(now - 20, now, (now - 10 + 500) * 1_000);
  expect(offset()).toEqual({ offset: 500_000, uncertain: 10_000 });
});
