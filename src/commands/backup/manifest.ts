import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { codeOf, writeFile } from './written-file.ts'

/** What a backup says of itself. It is written last: a folder without it is none. */

export const manifestName = 'manifest.json'
/** All files but these two, a line each, as `sha256sum --check` reads it. */
export const listName = 'files.sha256'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)
const time = z.iso.datetime()
/** Names of tables and columns get into statements. */
const identifier = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)

const tableFacts = z.strictObject({
  name: identifier,
  columns: z.array(identifier).min(1),
  rows: count,
  sha256: hash.describe('Of the rows before they were packed'),
  next: count.optional().describe('The number that the next row would have got'),
})

const content = z.strictObject({
  type: z.literal('madang.backup.v1'),
  madang: z.string().describe('Version that took it'),
  keeps: time.describe('Everything that was acknowledged before is in it'),
  takenAt: time.describe('The moment at which the rows were as they stand in it'),
  finishedAt: time,
  database: z.strictObject({
    server: z.string(),
    migrations: z.array(z.string()).min(1),
    tables: z.array(tableFacts).min(1),
  }),
  pictures: z.strictObject({
    installation: z.string(),
    sweeps: count,
    files: count,
    rendered: z.array(z.string()).describe('Names of pictures whose files are further than their rows'),
    gone: z.array(z.string()).describe('Of pictures that were given up while they were copied'),
    missing: z.array(z.string()).describe('Of pictures whose files the installation itself lacks'),
  }),
  transcripts: z.strictObject({
    files: count,
    missing: z
      .array(z.string())
      .describe('Names of those that the installation lacks, or that are not what their names say'),
  }),
  files: z.strictObject({ count, bytes: count, sha256: hash.describe('Of the list of all files') }),
})

export type Manifest = z.output<typeof content>
export type TableFacts = z.output<typeof tableFacts>

/** Thrown with one readable line when a folder is no backup, not what was written, or not for us to read. */
export class DamagedBackup extends Error {}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The last field is the SHA-256 of all before it, so that no byte of the file can be another one. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = JSON.stringify(manifest, undefined, 2)
  const signed = `${text.slice(0, -2)},\n  "sha256": "${digestOf(text)}"\n}\n`
  await writeFile(folder, manifestName, once(signed))
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}

const ending = /,\n {2}"sha256": "([0-9a-f]{64})"\n\}\n$/

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readText(path.join(folder, manifestName))
  const found = ending.exec(text)
  const written = `${text.slice(0, found?.index)}\n}`
  if (found === null || found[1] !== digestOf(written)) {
    throw new DamagedBackup(`${manifestName} is not what was written`)
  }
  const parsed = content.safeParse(JSON.parse(written))
  if (parsed.success) return parsed.data
  throw new DamagedBackup(`${manifestName} is not one that this version knows:\n${z.prettifyError(parsed.error)}`)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'EACCES') {
      throw new DamagedBackup(`${file} cannot be read (EACCES): this is the user ${process.geteuid?.()}`)
    }
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error
    throw new DamagedBackup(
      `${path.dirname(file)} has no ${manifestName}: it is no backup, or one that was never finished`,
    )
  }
}

/** Of this program. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
