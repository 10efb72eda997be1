// How full this phone is, where its browser tells.
import { useEffect, useState } from 'react';

interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}
/** clinical.md §6.2, CI-SIT: the phone stays above 20 %. */
const LOW = 0.2;
const CHANGES = ['levelchange', 'chargingchange'];

export async function battery(): Promise<Battery | null> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  try {
    return (await source.getBattery?.()) ?? null;
  } catch {
    return null;
  }
}

/** The percent that is left, when it is low and nothing fills it. */
export function useLowBattery(): number | null {
  const [percent, setPercent] = useState<number | null>(null);
  useEffect(() => {
    let forget = (): void => undefined;
    void battery().then((found) => {
      if (found === null) return;
      const look = (): void => setPercent(found.level < LOW && !found.charging ? Math.round(found.level * 100) : null);
      CHANGES.forEach((change) => found.addEventListener(change, look));
      forget = () => CHANGES.forEach((change) => found.removeEventListener(change, look));
      look();
    });
    return () => forget();
  }, []);
  return percent;
}
