// The sitter's page: the same words and tokens, preact in place of React, no design kit.
// A phone on a bad network at night opens ten kilobytes, not two hundred.
import { defineConfig } from 'vite';

const API = process.env.HOLDSPACE_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  resolve: {
    // Not preact/compat: the page uses so little of React that two small files stand for it.
    alias: {
      'react-dom/client': new URL('src/sitter/preact/react-dom-client.ts', import.meta.url).pathname,
      'react/jsx-runtime': 'preact/jsx-runtime',
      'react/jsx-dev-runtime': 'preact/jsx-dev-runtime',
      react: new URL('src/sitter/preact/react.ts', import.meta.url).pathname,
    },
  },
  server: { proxy: { '/api': { target: API, ws: true } } },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    copyPublicDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['sitter.html'] },
  },
});
