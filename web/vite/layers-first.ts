import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

/**
 * Says the order of the layers at the head of every style sheet that is built. Sheets are loaded in whatever order their parts are, and
 * the first one that names a layer decides its rank: a sheet of `ui` before `reset` would leave all controls bare.
 */
export function layersFirst(): Plugin {
  return {
    name: 'madang:layers-first',
    apply: 'build',
    generateBundle(_, files) {
      const order = layerOrder()
      for (const file of Object.values(files)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css')) file.source = `${order}${String(file.source)}`
      }
    },
  }
}

/** It is written once, where the tokens are. */
function layerOrder(): string {
  const tokens = readFileSync(path.join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8')
  const order = /^@layer [^{;]+;/m.exec(tokens)?.[0]
  if (order === undefined) throw new Error('web/src/styles/tokens.css does not say the order of the layers')
  return order
}
