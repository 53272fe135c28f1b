import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { projectFolder } from '../paths.ts'
import { Problem } from '../problem.ts'

/** An object as it would be sent to a cluster. */
export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
export type Manifest = z.output<typeof manifest>

const generator = z.looseObject({ name: z.string(), literals: z.array(z.string()).default([]) })
const kustomization = z.looseObject({
  components: z.array(z.string()).default([]),
  configMapGenerator: z.array(generator).default([]),
  secretGenerator: z.array(z.looseObject({ name: z.string(), files: z.array(z.string()) })).default([]),
  patches: z.array(z.unknown()).default([]),
})
type Kustomization = z.output<typeof kustomization>

const overlaysFolder = path.join('deploy', 'kubernetes', 'overlays')
const componentsFolder = path.join('deploy', 'kubernetes', 'components')
/** What an overlay is made of. */
const sources = ['deploy', 'nginx', 'services']

/** Names of the overlays that there are. */
export function overlayNames(): string[] {
  return readdirSync(path.join(projectFolder, overlaysFolder)).toSorted()
}

/** Names of the components that no overlay takes. */
export function unusedComponents(): string[] {
  const used = overlayNames().flatMap((name) => readOverlay(name).components.map((one) => path.basename(one)))
  const all = readdirSync(path.join(projectFolder, componentsFolder))
  return all.filter((name) => !used.includes(name)).toSorted()
}

/** Files of secrets that an overlay wants in its folder. */
export function secretFiles(overlay: string): string[] {
  return [...new Set(readOverlay(overlay).secretGenerator.flatMap(({ files }) => files))]
}

/** What somebody does to a copy of an overlay before it is rendered. */
export interface Changes {
  /** Writes what is in no repository into its folder; a line of its own for each secret unless said otherwise. */
  withSecrets?: (folder: string) => void
  /** Components that it takes besides its own. */
  components?: readonly string[]
  /** Settings that it makes besides its own, as `NAME=value`, of servers (`settings`) or of Nginx (`nginx-settings`). */
  settings?: Readonly<Record<string, readonly string[]>>
  /** Patches behind its own, as its kustomization.yaml would have them. */
  patches?: readonly unknown[]
}

/** What `kubectl apply -k` would send of an overlay, of a copy. Error: a Problem with the words of kustomize. */
export async function renderOverlay(kubectl: string, overlay: string, changes: Changes = {}): Promise<Manifest[]> {
  const { withSecrets = (folder) => writeSecrets(folder, overlay, 'example') } = changes
  const copy = mkdtempSync(path.join(tmpdir(), 'madang-kubernetes-'))
  try {
    for (const source of sources) {
      cpSync(path.join(projectFolder, source), path.join(copy, source), { recursive: true, filter: isNoSecret })
    }
    const folder = path.join(copy, overlaysFolder, overlay)
    const { withSecrets: _, ...further } = changes
    // Else it is rendered as it stands, byte by byte.
    if (Object.values(further).some((one) => Object.keys(one).length > 0)) {
      const file = path.join(folder, 'kustomization.yaml')
      writeFileSync(file, stringify(extended(readOverlay(overlay), further)))
    }
    withSecrets(folder)
    return parseManifests(await kustomize(kubectl, folder))
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** As Kubernetes reads YAML: by its version 1.1, so that 0440 is a mode. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => manifest.parse(document.toJS()))
}

async function kustomize(kubectl: string, folder: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder], { maxBuffer: 16 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    throw new Problem(`kubectl kustomize ${path.basename(folder)}: ${words.trim()}`)
  }
}

function readOverlay(overlay: string): Kustomization {
  const text = readFileSync(path.join(projectFolder, overlaysFolder, overlay, 'kustomization.yaml'), 'utf8')
  return kustomization.parse(parse(text))
}

function extended(given: Kustomization, { components = [], settings = {}, patches = [] }: Changes): Kustomization {
  return {
    ...given,
    components: [...given.components, ...components.map((name) => `../../components/${name}`)],
    configMapGenerator: given.configMapGenerator.map((one) => ({
      ...one,
      literals: [...one.literals, ...(settings[one.name] ?? [])],
    })),
    patches: [...given.patches, ...patches],
  }
}

/** The same line in each file that the overlay wants. */
export function writeSecrets(folder: string, overlay: string, line: string): void {
  for (const file of secretFiles(overlay)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), `${line}\n`)
  }
}

function isNoSecret(file: string): boolean {
  return path.basename(file) !== 'secrets'
}
