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
    // Each file is asked for by itself, before anything of a page can be shown: six at a time, which on a slow network is a tenth of a second and
    // more for each six. So what the page itself needs comes in one, and what several pages share comes by what it is for (each with what it
    // needs itself), and not in a file for each set of pages that happens to share it. Nobody waits for the last two to read posts.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // The page itself, with all controls and faces, and six of a few lines that several parts need.
            {
              name: 'madang',
              test: /\/web\/src\/(?:main\.tsx$|ui\/|person\/|api\/(?:closing|outcome|tabs|uuidv7)\.ts$|shell\/later-part\.tsx$|text\/visible\.ts$)/,
            },
            // What people say and show, in posts and in rooms, and what they could not say.
            {
              name: 'said',
              test: /\/web\/src\/(?:pictures\/picture-grid\.tsx|shell\/unsent-words\.tsx|text\/(?:parts|written-in)\.ts)$/,
            },
            { name: 'posts', test: /\/web\/src\/timeline\/(?:post-list\.tsx|(?:draft|feeds|limits)\.ts)$/ },
            {
              name: 'writing',
              test: /\/web\/src\/(?:mentions\/|pictures\/(?:drop-ground|picture-picker|picture-tray|take-files)\.tsx?$)/,
            },
            {
              name: 'rooms',
              test: /\/web\/src\/rooms\/(?:wires|list\/room-card|order\/closing-progress|refused\/refused-messages|refused\/use-refused)\.tsx?$/,
            },
          ],
        },
      },
    },
  },
})
