import { defineConfig } from 'vite'

/** `npm run web` builds the client into web/dist, which Nginx serves. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A strict Content-Security-Policy allows no inline script or style, and none is needed.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
})
