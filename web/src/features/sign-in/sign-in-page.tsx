import { Page } from '../../ui/page';
import { signInWords } from '../../words/en/sign-in';

export function SignInPage() {
  return <Page title={signInWords.title}>{null}</Page>;
}
