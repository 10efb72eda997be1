import { useEffect, useState } from 'react';
import type { Micros } from '../lib/time';
import { onTick, serverNow } from './clock';

/** Server time, stepping once a second with every other timer on the page. */
export function useNow(): Micros {
  const [now, setNow] = useState(serverNow);
  useEffect(() => onTick(setNow), []);
  return now;
}
