// Looks over the page's shoulder: which connections, sounds and audio elements it makes. Changes nothing it sees.

/** Runs in the page before the page's own code. */
export function listen() {
  if (window.observed !== undefined) return;
  const seen = { peers: [], sounds: [], contexts: [], struck: [] };
  Object.defineProperty(window, 'observed', { value: seen });
  const Peer = window.RTCPeerConnection;
  const Context = window.AudioContext;
  const Sound = window.Audio;
  if (Peer === undefined || Context === undefined) return;
  window.RTCPeerConnection = class extends Peer {
    constructor(...args) {
      super(...args);
      seen.peers.push(this);
    }
  };
  window.AudioContext = class extends Context {
    constructor(...args) {
      super(...args);
      seen.contexts.push(this);
    }
  };
  window.Audio = function (...args) {
    const sound = new Sound(...args);
    seen.sounds.push(sound);
    return sound;
  };
  window.Audio.prototype = Sound.prototype;
  const begin = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...args) {
    if (this.context.state === 'running') seen.struck.push(Date.now());
    return begin.apply(this, args);
  };
}
