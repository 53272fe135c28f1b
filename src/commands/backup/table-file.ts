import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { RawValue } from '../../platform/mysql-rows.ts'
import { DamagedBackup } from './manifest.ts'
import { decodeRow, encodeRow, linesOf } from './row-format.ts'
import { writeFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

/** The rows of a table as they stand in a backup: how many, and the SHA-256 of their text before it was packed. */
export interface RowFacts {
  rows: number
  sha256: string
}

export const tableFile = (table: string): string => `database/${table}.rows.gz`

const textAtOnce = 262_144
/** Of nine; from here on it takes far longer and gets little smaller. */
const packing = 3

export async function writeTable(
  folder: string,
  table: string,
  rows: AsyncIterable<RawValue[]>,
  onRows: (count: number) => void,
): Promise<{ rows: RowFacts; file: FileFacts }> {
  const sum = new RowSum()
  const zip = createGzip({ level: packing })
  const texts = async function* (): AsyncGenerator<Buffer> {
    for await (const { bytes, count } of textsOf(rows)) {
      sum.take(bytes, count)
      onRows(count)
      yield bytes
    }
  }
  const [file] = await Promise.all([writeFile(folder, tableFile(table), zip), pipeline(texts, zip)])
  return { rows: sum.facts(), file }
}

/** What the same rows would be in a backup, without writing one. */
export async function sumRows(rows: AsyncIterable<RawValue[]>, onRows: (count: number) => void): Promise<RowFacts> {
  const sum = new RowSum()
  for await (const { bytes, count } of textsOf(rows)) {
    sum.take(bytes, count)
    onRows(count)
  }
  return sum.facts()
}

class RowSum {
  readonly #hash = createHash('sha256')
  #rows = 0

  take(bytes: Buffer, rows: number): void {
    this.#hash.update(bytes)
    this.#rows += rows
  }

  facts(): RowFacts {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') }
  }
}

async function* textsOf(rows: AsyncIterable<RawValue[]>): AsyncGenerator<{ bytes: Buffer; count: number }> {
  let text = ''
  let count = 0
  for await (const row of rows) {
    text += encodeRow(row)
    count += 1
    if (text.length < textAtOnce) continue
    yield { bytes: Buffer.from(text, 'latin1'), count }
    text = ''
    count = 0
  }
  if (count > 0) yield { bytes: Buffer.from(text, 'latin1'), count }
}

/** Rows in portions, each value as text of latin1. Throws `DamagedBackup` when they are not those that were written. */
export async function* readTable(
  folder: string,
  table: string,
  expected: RowFacts,
): AsyncGenerator<(string | null)[][]> {
  const sum = new RowSum()
  try {
    for await (const lines of linesOf(unpacked(path.join(folder, tableFile(table))))) {
      sum.take(Buffer.from(`${lines.join('\n')}\n`, 'latin1'), lines.length)
      yield lines.map(decodeRow)
    }
  } catch (error) {
    throw new DamagedBackup(`${tableFile(table)} cannot be read`, { cause: error })
  }
  const found = sum.facts()
  if (found.rows !== expected.rows || found.sha256 !== expected.sha256) {
    throw new DamagedBackup(
      `${tableFile(table)} has ${found.rows} rows, and not the ${expected.rows} that were written`,
    )
  }
}

async function* unpacked(file: string): AsyncGenerator<Buffer> {
  const unzip = createGunzip()
  const filling = pipeline(createReadStream(file), unzip)
  filling.catch(() => undefined)
  for await (const chunk of unzip) yield chunk as Buffer
  await filling
}
