import { defineConfig } from 'vite'
import { compressed } from './vite/compressed.ts'
import { layersFirst } from './vite/layers-first.ts'
import { stackProxy } from './vite/stack-proxy.ts'

const stack = process.env['MADANG_ADDRESS']

/** `npm run web` builds the client into web/dist, which Nginx serves; `npm run web:dev` serves it as it is written, before a running stack. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [layersFirst(), compressed()],
  server: stack === undefined ? {} : { proxy: stackProxy(stack) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Those that know light-dark(): writing it out for older ones would be three times as long.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // A strict Content-Security-Policy allows no inline script or style, and none is needed.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // Which chunk needs which: for the test of what the first view takes. Nginx serves nothing whose name begins with a dot.
    manifest: true,
    // What the page itself needs comes in one file, and so do the controls and faces that are on several pages: not in one for each group of parts
    // that happens to share it. Each file is asked for by itself, before anything of a page can be shown.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'madang', tags: ['$initial'] },
            { name: 'controls', test: /\/web\/src\/(?:ui|person)\// },
          ],
        },
      },
    },
  },
})
