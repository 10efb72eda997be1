// The decision card: normal, look more, say so, call now.

import { sitterWords as w } from '../words/en/sitter';
import { useWorld } from './context';
import { emergencyNumber } from './emergency';
import { EmergencyButton } from './parts/dock';
import { Heading, Mark, Press, Screen, type Shape } from './parts/screen';

function Group({ shape, title, list }: { shape: Shape; title: string; list: readonly string[] }) {
  return (
    <section className={`normal normal-${shape}`}>
      <h2><Mark shape={shape}>{title}</Mark></h2>
      <ul>{list.map((line) => <li key={line}>{line}</li>)}</ul>
    </section>
  );
}

export function NormalCard({ onBack }: { onBack: () => void }) {
  const { card } = useWorld();
  return (
    <div className="overlay" role="dialog" aria-modal="true" aria-label={w.normal.heading}>
      <Screen dock={<><Press onPress={onBack} tone="primary">{w.card.back}</Press><EmergencyButton /></>}>
        <Heading>{w.normal.heading}</Heading>
        <Group shape="alarm" title={w.normal.call(emergencyNumber(card))} list={w.normal.callList} />
        <Group shape="late" title={w.normal.urgent} list={w.normal.urgentList} />
        <Group shape="soon" title={w.normal.watch} list={w.normal.watchList} />
        <Group shape="ok" title={w.normal.normal} list={w.normal.normalList} />
      </Screen>
    </div>
  );
}
