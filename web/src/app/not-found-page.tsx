import { Link } from '@tanstack/react-router';
import { Page } from '../ui/page';
import { shellWords } from '../words/en/shell';
import { paths } from './paths';

export const NotFoundPage = () => (
  <Page title={shellWords.not_found_title} lead={shellWords.not_found}>
    <Link to={paths.home()}>{shellWords.go_home}</Link>
  </Page>
);
