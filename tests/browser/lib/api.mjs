// Preparation by the pages' own door to the server, from inside a signed-in page: cookie, origin and headers as a page has them.
// Only for what another story proves through the pages themselves.

/** One call; answers the body, or fails with the server's sentence. */
export async function call(page, method, path, body) {
  const { status, answer } = await page.evaluate(async ([how, where, what]) => {
    const headers = { accept: 'application/json', 'content-type': 'application/json', 'x-holdspace': '1' };
    if (how === 'POST') headers['idempotency-key'] = key();
    const response = await fetch(`/api${where}`, { method: how, headers, body: how === 'POST' ? JSON.stringify(what ?? {}) : undefined });
    const text = await response.text();
    return { status: response.status, answer: text === '' ? null : JSON.parse(text) };
    function key() {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      const now = Date.now();
      for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) & 0xff;
      bytes[6] = (bytes[6] & 0x0f) | 0x70;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
  }, [method, path, body]);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status} ${answer?.code ?? ''}: ${answer?.detail ?? ''} ${JSON.stringify(answer?.fields ?? [])}`);
  return answer;
}

export const ask = (page, path) => call(page, 'GET', path);
export const tell = (page, path, body) => call(page, 'POST', path, body);

/** The watch of the story's session, on a screen that no story closes. */
export const watchOf = ({ pages, session }) => ask(pages.coordinator, `/checkins/sessions/${session}/watch`);

/** Sam books with Dr. Lee and Ana, a few hours ahead: a drill may be entered at once, and hours apart nothing overlaps. */
export async function booked(page, people, hours) {
  const from_at = (Date.now() + hours * 3_600_000) * 1_000;
  const { slots } = await ask(page, `/scheduling/slots?therapist=${people.therapist}&from_at=${from_at}&until_at=${from_at + 7_200_000_000}`);
  const { time_zone } = await ask(page, '/identity/me');
  const [{ starts_at }] = slots;
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short', timeStyle: 'short' }).format(starts_at / 1_000).replace(' ', 'T');
  const { session } = await tell(page, '/scheduling/bookings', { kind: 'dosing', therapist: people.therapist, starts_at, sitter: people.sitter, time_zone, local, offset_choice: null, drill: null });
  return session;
}
