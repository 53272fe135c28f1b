/** What a Dockerfile of ours must not do, each with its reason: in place of a linter, none of which is to be had as a package that is kept. */

export interface Instruction {
  name: string
  rest: string
}

/** Instructions in order; a line that ends with a backslash goes on in the next, and comments are left out. */
export function readDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name = '', rest = '']) => ({ name: name.toUpperCase(), rest: rest.trim().replaceAll(/\s+/g, ' ') }))
}

/** What each stage is built from, and what it does; the last is the image. */
export interface Stage {
  from: string
  name: string | undefined
  instructions: Instruction[]
}

export function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: Stage[] = []
  for (const instruction of instructions) {
    const [from = '', , name] = instruction.rest.split(/\s+/)
    if (instruction.name === 'FROM') stages.push({ from, name, instructions: [] })
    else stages.at(-1)?.instructions.push(instruction)
  }
  return stages
}

interface Rule {
  isBroken(instruction: Instruction): boolean
  reason: string
}

const rules: readonly Rule[] = [
  {
    isBroken: ({ name, rest }) => name === 'ADD' || (name === 'COPY' && /^(--\S+ )*\.\/? /.test(rest)),
    reason: 'name each file or folder that is copied: what lies about must not get into an image',
  },
  {
    isBroken: ({ name, rest }) => name === 'RUN' && /\b(curl|wget)\b/.test(rest),
    reason: 'nothing is fetched but packages, which the lock file names with their sums',
  },
  {
    isBroken: ({ name, rest }) => name === 'RUN' && /\bapt(-get)? (upgrade|install)\b/.test(rest),
    reason: 'what a base image lacks is a reason for another base image',
  },
  {
    // What somebody asks for on top of the lock file (TRACING) is named with its version, and saved nowhere.
    isBroken: ({ name, rest }) => name === 'RUN' && /\bnpm (i|install)\b(?! --no-save)/.test(rest),
    reason: 'npm ci installs what the lock file says, npm install what there is today',
  },
  {
    isBroken: ({ name, rest }) =>
      name === 'RUN' && /\bnpm (ci|i|install)\b/.test(rest) && !rest.includes('--ignore-scripts'),
    reason: 'no package runs a program of its own while it is installed',
  },
  {
    isBroken: ({ name, rest }) =>
      (name === 'ENV' || name === 'ARG') && /(PASSWORD|SECRET|TOKEN|_KEY)\w*[= ]/.test(rest),
    reason: 'a layer keeps a secret for ever: secrets are files that are mounted',
  },
  {
    isBroken: ({ name, rest }) => (name === 'CMD' || name === 'ENTRYPOINT') && !rest.startsWith('['),
    reason: 'as a list of words: a shell in between would swallow SIGTERM, and nothing would be drained',
  },
  {
    isBroken: ({ name, rest }) => name === 'WORKDIR' && !rest.startsWith('/'),
    reason: 'an absolute path, or it depends on the base image',
  },
  {
    isBroken: ({ name, rest }) => name === 'RUN' && /\b(sudo|chmod (-R )?0?777)\b/.test(rest),
    reason: 'nobody needs it',
  },
]

/** One sentence for each thing that is wrong; none, when nothing is. */
export function complaintsAbout(text: string): string[] {
  const stages = stagesOf(readDockerfile(text))
  const known = new Set(stages.map(({ name }) => name))
  const complaints: string[] = []
  for (const { from, instructions } of stages) {
    if (!known.has(from) && !/:[\w.-]+$/.test(from)) complaints.push(`FROM ${from}: say which version`)
    if (from.endsWith(':latest')) complaints.push(`FROM ${from}: the latest is another one tomorrow`)
    for (const instruction of instructions) {
      for (const { isBroken, reason } of rules) {
        if (isBroken(instruction)) complaints.push(`${instruction.name} ${instruction.rest}: ${reason}`)
      }
    }
  }
  return [...complaints, ...complaintsAboutImage(stages.at(-1))]
}

/** The last stage is what runs. */
function complaintsAboutImage(stage: Stage | undefined): string[] {
  if (stage === undefined) return ['there is no FROM']
  const names = stage.instructions.map(({ name }) => name)
  const user = stage.instructions.findLast(({ name }) => name === 'USER')?.rest
  const complaints: string[] = []
  if (user === undefined || /^(root|0)\b/.test(user)) complaints.push('USER: the image runs as root')
  if (names.indexOf('USER') > names.indexOf('CMD')) complaints.push('USER: it comes before CMD')
  const installs = stage.instructions.filter(({ name, rest }) => name === 'RUN' && /\bnpm\b/.test(rest))
  if (installs.length > 0)
    complaints.push('RUN npm: packages are installed in a stage that is left behind, with its cache')
  return complaints
}
