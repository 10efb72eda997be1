import { useMe } from '../../api/me';
import { Page } from '../../ui/page';
import { homeWords } from '../../words/en/home';

export function HomePage() {
  const me = useMe();
  return <Page title={homeWords.hello(me.first_name)}>{null}</Page>;
}
