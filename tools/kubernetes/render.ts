import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse, parseAllDocuments } from 'yaml'
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

const kustomization = z.looseObject({
  secretGenerator: z.array(z.looseObject({ name: z.string(), files: z.array(z.string()) })).default([]),
})

const overlaysFolder = path.join('deploy', 'kubernetes', 'overlays')
/** What an overlay is made of. */
const sources = [path.join('deploy', 'kubernetes'), 'nginx', 'services']

/** Names of the overlays that there are. */
export function overlayNames(): string[] {
  return readdirSync(path.join(projectFolder, overlaysFolder)).toSorted()
}

/** Files of secrets that an overlay wants in its folder. */
export function secretFiles(overlay: string): string[] {
  const text = readFileSync(path.join(projectFolder, overlaysFolder, overlay, 'kustomization.yaml'), 'utf8')
  return kustomization.parse(parse(text)).secretGenerator.flatMap(({ files }) => files)
}

/**
 * What `kubectl apply -k` would send of an overlay, of a copy: `withSecrets` writes into its folder what is in no repository. Error: a Problem with
 * the words of kustomize.
 */
export async function renderOverlay(
  kubectl: string,
  overlay: string,
  withSecrets: (folder: string) => void = (folder) => writeExamples(folder, secretFiles(overlay)),
): Promise<Manifest[]> {
  const copy = mkdtempSync(path.join(tmpdir(), 'madang-kubernetes-'))
  try {
    for (const source of sources) {
      cpSync(path.join(projectFolder, source), path.join(copy, source), { recursive: true, filter: isNoSecret })
    }
    const folder = path.join(copy, overlaysFolder, overlay)
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

function writeExamples(folder: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), 'example\n')
  }
}

function isNoSecret(file: string): boolean {
  return path.basename(file) !== 'secrets'
}
