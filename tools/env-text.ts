import { describeSettings } from '../src/config.ts'

/** Text of .env.example, made from the settings themselves; `tools/env-example.ts` writes it. */
export function envExample(): string {
  const settings = describeSettings().map(
    ({ name, standard, meaning }) => `# ${meaning}${standard ? '' : ' (no standard value)'}\n#${name}=${standard}\n`,
  )
  return [opening, ...settings].join('\n')
}

const opening = `# Settings of Madang. Copy this file to .env and take the # away before what you want to change.
#
# \`npm start\` needs none of them: it makes the secrets and the addresses of its own services itself, and reads .env for
# the rest. Given DATABASE_URL or REDIS_URL it uses those instead of private instances, and puts no demo accounts
# into that database. Each NAME may be given as NAME_FILE, the path of a file with the value: of both the file counts.
# What the files of these two hold it keeps in .data/local (stack.env, stack.json), for its own user alone to read.
#
# The containers of docker-compose.yml read .env, too. HOST, PORT, SERVER_NAME, WORKER_PORT, the folders and the files
# of the secrets are fixed there, whatever stands here. Empty counts as absent.
`
