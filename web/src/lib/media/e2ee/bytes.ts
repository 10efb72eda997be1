/**
 * Bytes that both ends must write alike: texts and keys with their length in front, numbers big endian.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const utf8 = (text: string): Bytes => joined(new TextEncoder().encode(text));

/** `width` bytes, big endian. Throws when the number does not fit: a number cut short would be another number. */
export function bigEndian(value: number, width: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width) throw new RangeError(`${value} does not fit into ${width} bytes`);
  const bytes = new Uint8Array(width);
  for (let at = width - 1, left = value; at >= 0; at -= 1, left = Math.floor(left / 256)) bytes[at] = left % 256;
  return bytes;
}

/** Null beyond 2^53 − 1, where a number would silently be rounded. */
export function fromBigEndian(bytes: Uint8Array): number | null {
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : null;
}

/** Four bytes of length, then the bytes: no two lists of parts are written alike. */
export const prefixed = (bytes: Uint8Array): Bytes => joined(bigEndian(bytes.length, 4), bytes);

/** The same for a text, in UTF-8. */
export const prefixedText = (text: string): Bytes => prefixed(utf8(text));

/** Order by bytes, as Rust's slices have it; JavaScript's own order of texts is another one. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
