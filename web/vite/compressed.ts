import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const texts = /\.(?:js|css|html|svg|json|map|txt|webmanifest)$/
const compress = promisify(gzip)

/**
 * Lays a compressed file beside each text of the build, for Nginx's gzip_static: the work is done once, and as well as it can be, instead of
 * at every request. Not Brotli, which neither Debian's Nginx nor the official image can serve (docs/decisions/0030).
 */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error('the build has no folder')
      const names = await readdir(dir, { recursive: true })
      await Promise.all(names.filter((name) => texts.test(name)).map((name) => compressFile(path.join(dir, name))))
    },
  }
}

/** What a header would outweigh stays as it is. */
async function compressFile(file: string): Promise<void> {
  const content = await readFile(file)
  const smaller = await compress(content, { level: 9 })
  if (smaller.length < content.length) await writeFile(`${file}.gz`, smaller)
}
