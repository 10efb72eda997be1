// How to ask for help without anybody in the home seeing it: told once, before the session, and tried out here.
import { useState } from 'react';
import { aroundWords as p } from '../../words/en/sitter-around';
import { useSession } from '../context';
import { Heading, Note, Press } from '../parts/screen';
import { canSign } from '../signing';

export function QuietCall({ onDone }: { onDone: () => void }) {
  const { therapist } = useSession();
  const [tried, setTried] = useState<'pressed' | 'rested' | null>(null);
  return (
    <>
      <Heading>{p.quiet.heading}</Heading>
      <p className="muted">{p.quiet.alone}</p>
      {canSign() ? (
        <>
          <p>{p.quiet.how}</p>
          <p>{p.quiet.looks}</p>
          <p>{p.quiet.who(therapist)}</p>
          <p className="muted">{p.quiet.tryIt}</p>
          <div role="status">{tried !== null && <Note tone="ok">{p.quiet[tried]}</Note>}</div>
          <Press tone="ok" big onPress={() => setTried('pressed')} onRest={() => setTried('rested')}>{p.quiet.well}</Press>
        </>
      ) : (
        <Note tone="soon">{p.quiet.cannot}</Note>
      )}
      <Press tone="primary" onPress={onDone}>{p.quiet.next}</Press>
    </>
  );
}
