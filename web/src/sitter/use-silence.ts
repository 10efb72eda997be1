// Nothing heard from the server for 15 s: what the page shows may be old. Apart from api/use-live, which brings the query library.
import { useEffect, useState } from 'react';
import { onTick } from '../api/clock';
import { SILENCE_MS, silentFor } from '../api/heard';

export function useSilence(): boolean {
  const [silent, setSilent] = useState(false);
  useEffect(() => onTick(() => setSilent(silentFor() > SILENCE_MS)), []);
  return silent;
}
