import { measureImage } from './image.ts'
import { runTool } from './problem.ts'

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`

/** npm run image   says how large the layers are that the image of servers and workers adds to its base, without an engine. */
async function main(): Promise<number> {
  const layers = await measureImage()
  const lines = layers.map(
    ({ from, bytes, packedBytes }) => `${mib(bytes).padStart(10)} ${mib(packedBytes).padStart(10)}  ${from}`,
  )
  const sum = (of: 'bytes' | 'packedBytes'): string => mib(layers.reduce((all, layer) => all + layer[of], 0))
  process.stdout.write(`${'files'.padStart(10)} ${'packed'.padStart(10)}\n${lines.join('\n')}\n`)
  process.stdout.write(
    `${sum('bytes').padStart(10)} ${sum('packedBytes').padStart(10)}  together, beside the base image\n`,
  )
  return 0
}

await runTool(main)
