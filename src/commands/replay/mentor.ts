import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Person } from './people.ts'
import type { Stage } from './stage.ts'

const grantCommand = fileURLToPath(new URL('../grant.ts', import.meta.url))
const nick = 'replay mentor'

/**
 * Somebody who may open rooms: the given account, or one of the replay's own that the grant command makes a mentor. The command
 * needs the settings of the installation (`env`), which `npm run` hands over for the local stack.
 */
export async function findMentor(
  stage: Stage,
  options: { given: { username: string; password: string } | undefined; env: NodeJS.ProcessEnv },
): Promise<Person> {
  if (options.given !== undefined) return Person.signIn(stage.api, options.given)
  const person = await stage.person(nick)
  if (person.role === 'member') await grantMentor(person.username, options.env)
  return person
}

async function grantMentor(username: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [grantCommand, username, 'mentor'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = await once(child, 'close')
  if (code !== 0) {
    throw new Error(`${username} cannot be made a mentor (${said.trim()}); name one with --mentor NAME:PASSWORD`)
  }
}
