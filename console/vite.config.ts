/**
 * How the console is built: static files under /console/, in console/dist, which the server gives out as they are.
 * `vite` in this folder serves the sources instead, and sends what is not a source to the server on port 4566.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A file of its own may be fetched for each page; none is put into another as a data URL, which the page's policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '^/console/(?:api|session|stream)': 'http://127.0.0.1:4566' } },
});
