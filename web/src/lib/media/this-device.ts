/** A name for this browser, so that the room can tell a reload from a second device. It identifies nobody. */

const KEY = 'holdspace.device';
let remembered: string | null = null;

export function thisDevice(): string {
  remembered ??= stored() ?? fresh();
  return remembered;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function fresh(): string {
  const device = crypto.randomUUID();
  try {
    localStorage.setItem(KEY, device);
  } catch {
    // Storage is off: the name lasts as long as the page.
  }
  return device;
}
