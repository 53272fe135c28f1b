import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runForeground } from '../../tools/foreground.ts'
import { dataFolder, projectFolder } from '../../tools/paths.ts'
import { runTool } from '../../tools/problem.ts'
import { provideSidePackages } from '../../tools/side-packages.ts'
import { openHouse } from '../chat/house.ts'
import { createWorld } from '../support/world.ts'

/**
 * npm run lint:api   Spectral looks at the documents that a server serves, by the rules of tools/spectral/ruleset.yaml.
 *
 * The documents lie in .data/api afterwards. Any complaint is a failure.
 */
async function main(): Promise<number> {
  const folder = path.join(projectFolder, 'tools', 'spectral')
  await provideSidePackages(folder, 'Spectral', (line) => process.stdout.write(`${line}\n`))
  const files = await writtenDocuments()
  return runForeground(path.join(folder, 'node_modules', '.bin', 'spectral'), [
    'lint',
    ...files,
    `--ruleset=${path.join(folder, 'ruleset.yaml')}`,
    '--fail-severity=hint',
  ])
}

/** The documents of a server of its own. */
async function writtenDocuments(): Promise<string[]> {
  const to = path.join(dataFolder, 'api')
  mkdirSync(to, { recursive: true })
  const world = await createWorld()
  try {
    const { origin } = await openHouse(world)
    const { tags } = (await read(`${origin}/openapi.json`)) as { tags: { name: string }[] }
    const parts = tags.map(({ name }) => `openapi/${name}.json`)
    return await Promise.all(
      ['openapi.json', 'asyncapi.json', ...parts].map(async (name) => {
        const file = path.join(to, name.replace('/', '-'))
        writeFileSync(file, JSON.stringify(await read(`${origin}/${name}`), null, 2))
        return file
      }),
    )
  } finally {
    await world.close()
  }
}

async function read(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

await runTool(main)
