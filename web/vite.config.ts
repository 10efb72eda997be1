// The staff and patient pages: React, one chunk per page. The sitter's page is vite.sitter.config.ts.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const API = process.env.HOLDSPACE_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': { target: API, ws: true } } },
  build: {
    target: 'es2022',
    // The policy allows no data: scripts or fonts; small assets stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html'] },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    testTimeout: 30_000,
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
});
