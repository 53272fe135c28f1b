import { createReadStream } from 'node:fs'
import path from 'node:path'
import { profilesIn } from '../../accounts/index.ts'
import { createDescriptions } from '../../chat/index.ts'
import { allTranscripts, hashOfTranscript, transcribeAnew } from '../../ledger/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { pathOfTranscript } from '../backup/transcripts.ts'
import { factsOf, isThere, writeFile } from '../backup/written-file.ts'
import type { Found } from './found.ts'

/** How many files of transcripts rows name, two for a room, and how many of these the folder has. */
export async function countTranscripts(sql: Sql, folder: string): Promise<{ named: number; there: number }> {
  const count = { named: 0, there: 0 }
  for await (const names of allTranscripts(sql)) {
    for (const name of names) {
      count.named += 1
      if (await isThere(path.join(folder, name))) count.there += 1
    }
  }
  return count
}

/** Reads every transcript, and brings back what is not as its name says. */
export async function findTranscripts(
  sql: Sql,
  { folder, from }: { folder: string; from: string | undefined },
): Promise<Found> {
  const [brought, notThere]: [string[], string[]] = [[], []]
  for await (const names of allTranscripts(sql)) {
    for (const name of names) {
      if (await isWhole(path.join(folder, name))) continue
      const kept = from && path.join(from, pathOfTranscript(name))
      if (kept && (await isWhole(kept))) {
        await writeFile(folder, name, createReadStream(kept) as AsyncIterable<Buffer>)
        brought.push(name)
      } else notThere.push(name)
    }
  }
  const rooms = createDescriptions({ sql, profiles: profilesIn(sql) })
  const { written, lost } = await transcribeAnew({ sql, rooms, folder }, notThere)
  return { brought, written, missing: lost }
}

async function isWhole(file: string): Promise<boolean> {
  return (await factsOf(file))?.sha256 === hashOfTranscript(path.basename(file))
}
