// A page whose network lets nothing through but one way to the relay.

/** From now on this page's connections know no way but the relay, and of that only this transport. */
export const onlyRelay = (page, transport) => page.addInitScript((only) => {
  const known = RTCPeerConnection.prototype.setConfiguration;
  RTCPeerConnection.prototype.setConfiguration = function set(configuration) {
    const iceServers = configuration.iceServers.map((server) => ({ ...server, urls: server.urls.filter((url) => url.endsWith(only)) }));
    return known.call(this, { ...configuration, iceServers, iceTransportPolicy: 'relay' });
  };
}, transport);

/** What carries this page's media, once something does. */
export const way = (page) => page.evaluate(async () => {
  const peer = window.observed.peers.findLast((one) => one.connectionState === 'connected');
  if (peer === undefined) return null;
  const rows = await peer.getStats();
  const pair = [...rows.values()].find(({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded');
  const local = pair === undefined ? undefined : rows.get(pair.localCandidateId);
  return local === undefined ? null : { type: local.candidateType, transport: local.relayProtocol };
});

/** The number with which a relay refuses these credentials; null when it gives out an address. */
export const refusedAt = (page, server) => page.evaluate(async (asked) => {
  const peer = new RTCPeerConnection({ iceServers: [asked], iceTransportPolicy: 'relay' });
  peer.addTransceiver('audio');
  const refused = new Promise((resolve) => {
    peer.onicecandidateerror = ({ errorCode }) => resolve(errorCode);
    peer.onicecandidate = ({ candidate }) => candidate?.type === 'relay' && resolve(null);
  });
  await peer.setLocalDescription();
  const code = await refused;
  peer.close();
  return code;
}, server);
