import { expect, it } from 'vitest';
import { fromBase64url, toBase64url } from './base64url';

it.each([
  [[], ''],
  [[251, 255], '-_8'],
  [[1, 2, 3, 4], 'AQIDBA'],
])('writes %j as %j, and reads it again', (bytes, text) => {
  expect(toBase64url(Uint8Array.from(bytes))).toBe(text);
  expect(fromBase64url(text)).toEqual(Uint8Array.from(bytes));
});

it.each(['AQIDBA==', '_-8=', '+/8', 'AB', 'A', '_x', ' AA', 'AA\n'])('reads nothing from %j, which it would not have written', (text) => {
  expect(fromBase64url(text)).toBeNull();
});
