import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectFolder } from '../../tools/paths.ts'
import { listening } from './listening.ts'

/** What a `docker` answers: its exit code, and what it prints. */
export interface DockerAnswer {
  code?: number
  output?: string
}

export type Docker = (words: readonly string[]) => DockerAnswer | Promise<DockerAnswer>

export const updateScript = path.join(projectFolder, 'deploy/compose/update')

export const runUpdate = (docker: Docker, more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  runWithDocker(docker, updateScript, [], more)

export interface Ran {
  code: number | null
  output: string
}

/**
 * Runs a script of deploy/compose as it is shipped, with a `docker` that hands its words to `docker` and ends as that says. Answers the exit code and
 * all that was printed. Rejects when `docker` does.
 */
export async function runWithDocker(
  docker: Docker,
  script: string,
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-docker-'))
  let failure: unknown
  const answer = async (words: string): Promise<DockerAnswer> => {
    try {
      return await docker(JSON.parse(words) as string[])
    } catch (error) {
      failure = error
      return { code: 1 }
    }
  }
  const server = await listening(
    createServer(async (req, res) => {
      let words = ''
      for await (const chunk of req) words += String(chunk)
      const { code = 0, output = '' } = await answer(words)
      res.end(JSON.stringify({ code, output }))
    }),
  )
  try {
    const program = `#!/bin/sh\nexec '${process.execPath}' '${import.meta.dirname}/docker-words.ts' ${server.port} "$@"\n`
    await writeFile(path.join(folder, 'docker'), program, { mode: 0o755 })
    const env = { ...process.env, ...more, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const child = spawn(script, args, { env, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)))
    const [code] = (await once(child, 'close')) as [number | null]
    if (failure !== undefined) throw failure
    return { code, output }
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
