/** What guides tell people to type, taken out of their text. */

/** Names behind `npm run`, but for those that stand for any: NAME, X. */
export function npmScripts(text: string): string[] {
  return [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name.replace(/[:-]+$/, ''))
}

export interface ComposeCommand {
  /** As it stands in the guide. */
  line: string
  subcommand: string
  services: string[]
  /** What a container is told to run by `node`. */
  program?: string
  /** Behind the program. */
  args: string[]
}

const takesValue = new Set([
  '-v',
  '-f',
  '-e',
  '-u',
  '-t',
  '--profile',
  '--signal',
  '--scale',
  '--build-arg',
  '--timeout',
  '--project-name',
])

/** Each `docker compose …` in code, up to the end of its line, a comment, or what takes its output. */
export function composeCommands(text: string): ComposeCommand[] {
  const lines = [...text.matchAll(/docker compose ([^`\n]*)/g)].map(([, rest = '']) => rest)
  return lines.flatMap((rest) => {
    const words = (rest.split(/\s+#|\s*[|;]|\s*&&| {2,}/)[0] ?? '').split(/\s+/).filter((word) => word !== '')
    const command = commandOf(withoutOptions(words))
    return command === undefined ? [] : [{ line: `docker compose ${words.join(' ')}`, ...command }]
  })
}

/** What is left is the subcommand, services, and for `run` and `exec` what they run, with its own options. */
function withoutOptions(words: readonly string[]): string[] {
  const left: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (isInside(left)) return [...left, ...words.slice(at)]
    if (takesValue.has(word)) at += 1
    else if (!word.startsWith('-')) left.push(word)
  }
  return left
}

const isInside = ([subcommand, service]: readonly string[]): boolean =>
  (subcommand === 'run' || subcommand === 'exec') && service !== undefined

function commandOf([subcommand, ...rest]: readonly string[]): Omit<ComposeCommand, 'line'> | undefined {
  // Prose names the program itself now and then: "docker compose config" is typed, "docker compose says" is not code.
  if (subcommand === undefined) return undefined
  if (subcommand !== 'run' && subcommand !== 'exec') return { subcommand, services: rest, args: [] }
  const [service, node, program, ...args] = rest
  const services = service === undefined ? [] : [service]
  return node === 'node' && program !== undefined
    ? { subcommand, services, program, args }
    : { subcommand, services, args: [] }
}
