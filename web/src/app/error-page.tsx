import { Button } from '../ui/button';
import { Page } from '../ui/page';
import { shellWords } from '../words/en/shell';

export const ErrorPage = () => (
  <Page title={shellWords.broken_title} lead={shellWords.broken}>
    <div>
      <Button onClick={() => location.reload()}>{shellWords.reload}</Button>
    </div>
  </Page>
);
