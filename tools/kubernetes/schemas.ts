import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { projectFolder } from '../paths.ts'
import { provideSidePackages } from '../side-packages.ts'
import type { Manifest } from './render.ts'

const folder = path.join(projectFolder, 'tools', 'kubernetes')
const faultsSaid = z.array(z.string())

/**
 * What Kubernetes would refuse of these objects, or pass over in silence, a sentence each. The schemas know what must be there and of which type it is, the
 * types of the same package also what there is at all: a field that is written wrong is none of them.
 */
export async function schemaFaults(manifests: readonly Manifest[], say: (line: string) => void): Promise<string[]> {
  await provideSidePackages(folder, 'the schemas of Kubernetes', say)
  const place = mkdtempSync(path.join(tmpdir(), 'madang-schemas-'))
  try {
    symlinkSync(path.join(folder, 'node_modules'), path.join(place, 'node_modules'))
    const file = path.join(place, 'objects.ts')
    writeFileSync(path.join(place, 'package.json'), '{"type":"module"}')
    writeFileSync(file, programOf(manifests))
    const faults = await typeFaults(file, manifests)
    // What names a kind that nobody knows cannot even be run.
    return faults.length > 0 ? faults : await refusals(file)
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** Checked by its types and then run: one object a line, in the order in which they came, behind a line for each import. */
function programOf(manifests: readonly Manifest[]): string {
  const imports = manifests.map(({ kind, ...rest }, index) => {
    const names = `${kind} as Kind${index}, type I${kind} as Type${index}`
    return `import { ${names} } from '${moduleOf({ kind, ...rest })}'`
  })
  const objects = manifests.map((one, index) => `const object${index}: Type${index} = ${JSON.stringify(one)}`)
  const checks = manifests.map((one, index) => `  [${JSON.stringify(nameOf(one))}, new Kind${index}(object${index})],`)
  return [...imports, ...objects, 'export const objects = [', ...checks, ']', runner].join('\n')
}

const runner = `
const faults: string[] = []
for (const [name, object] of objects as [string, { validate(): void }][]) {
  try {
    object.validate()
  } catch (error) {
    faults.push(name + ': ' + (error instanceof Error ? error.message : String(error)))
  }
}
console.log(JSON.stringify(faults))
`

function moduleOf({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  const isOperators = apiVersion.startsWith('monitoring.coreos.com/')
  return `${isOperators ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`
}

const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`

async function typeFaults(file: string, manifests: readonly Manifest[]): Promise<string[]> {
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', target: 'esnext', types: [] }
  const config = path.join(path.dirname(file), 'tsconfig.json')
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files: [path.basename(file)] }))
  const said = await wordsOf(path.join(projectFolder, 'node_modules', '.bin', 'tsc'), ['--project', config])
  return said.split('\n').flatMap((line) => {
    const [, row, fault] = /objects\.ts\((\d+),\d+\): error \w+: (.*)$/.exec(line) ?? []
    if (row === undefined || fault === undefined) return line.includes('error TS') ? [line] : []
    // The imports come first, one for each object.
    const about = manifests[(Number(row) - 1) % manifests.length]
    return [`${about === undefined ? row : nameOf(about)}: ${fault}`]
  })
}

/** What it says, also when it ends with an error. */
async function wordsOf(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, [...args])).stdout
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

async function refusals(file: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [file])
  return faultsSaid.parse(JSON.parse(stdout))
}
