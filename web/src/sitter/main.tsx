// The sitter's page. Its token is in the address's fragment, which no server and no log ever sees.
import { createRoot } from 'react-dom/client';
import './sitter.css';
import { App } from './app';
import { StoreContext } from './context';
import { keepPage } from './keep-page';
import { Store } from './store';

const root = document.getElementById('root');
if (root === null) throw new Error('sitter.html has no #root');
const store = new Store(location.hash.slice(1));
store.start();
createRoot(root).render(
  <StoreContext value={store}>
    <App />
  </StoreContext>,
);
if (import.meta.env.PROD) void keepPage();
