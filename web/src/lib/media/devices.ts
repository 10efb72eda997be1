/**
 * Camera, microphone and speaker: opening them, meters, and what to do when they will not open.
 *
 * Early outline; the signatures are settled.
 */

/** Why devices did not open; the page says in words/en.ts what to do about each. */
export type DeviceTrouble =
  /** The person (or a policy) said no. Show where the browser keeps its permission. */
  | "denied"
  /** Nothing of that kind is plugged in. */
  | "missing"
  /** Another program is using it. */
  | "busy"
  /** It exists but cannot do what was asked (very old camera). */
  | "unsuitable"
  /** The page is not on https or localhost. */
  | "insecure"
  /** The browser has no such feature. */
  | "unsupported";

export type OpenedDevices = {
  /** null only when both failed. */
  stream: MediaStream | null;
  camera: { ok: true; label: string } | { ok: false; trouble: DeviceTrouble };
  microphone: { ok: true; label: string } | { ok: false; trouble: DeviceTrouble };
};
