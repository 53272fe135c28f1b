import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import type { ProgramName } from './find.ts'
import { ask } from './shell.ts'
import { wrapPrograms } from './wrap.ts'

/**
 * Programs from the archive of Debian or Ubuntu without root: apt checks the archive's signature with a state of its own,
 * and the packages are unpacked under our data folder. Nothing is installed or started; deleting the folder undoes it.
 */
const packageNames: Record<ProgramName | 'font' | 'emoji', readonly string[]> = {
  redis: ['redis-server', 'valkey-server'],
  database: ['mariadb-server-core', 'mysql-server-core-8.0'],
  nginx: ['nginx'],
  browser: ['chromium-headless-shell', 'chromium'],
  // The client's words are Korean, and it ships no font.
  font: ['fonts-nanum', 'fonts-noto-cjk'],
  emoji: ['fonts-noto-color-emoji', 'fonts-symbola'],
  benchmark: ['redis-tools', 'valkey-tools'],
  prometheus: ['prometheus'],
  promtool: ['prometheus'],
}

/** Where packages come from: `settings` are lines of apt's configuration. What `status` lists is here already and not fetched. */
export interface Archive {
  title: string
  status: string
  settings: readonly string[]
}

const thisSystem: Archive = { title: "this system's archive", status: '/var/lib/dpkg/status', settings: [] }

/** What is looked for, and the packages that have it: the first one that the archive knows is taken. */
export interface Wanted {
  name: string
  packages: readonly string[]
}

export async function canUnpack(): Promise<boolean> {
  const [apt, dpkg] = await Promise.all([ask('apt-get', ['--version']), ask('dpkg-deb', ['--version'])])
  return apt.code === 0 && dpkg.code === 0
}

export function unpackPrograms(
  names: readonly (keyof typeof packageNames)[],
  folder: string,
  progress: Progress,
): Promise<void> {
  const wanted = names.map((name) => ({ name, packages: packageNames[name] }))
  return unpackPackages(wanted, folder, progress)
}

export async function unpackPackages(
  wanted: readonly Wanted[],
  folder: string,
  progress: Progress,
  archive: Archive = thisSystem,
): Promise<void> {
  const names = wanted.map(({ name }) => name).join(', ')
  const state = `${folder}.apt`
  const fresh = `${folder}.new`
  for (const stale of [fresh, folder]) rmSync(stale, { recursive: true, force: true })
  const apt = await prepareApt(state, archive)
  const update = await progress.step(`Reading the package lists of ${archive.title}`, () => apt(['update']))
  const packages = await choosePackages(apt, wanted, { update: update.output, archive })
  await progress.step(`Fetching ${packages.length} packages for ${names}`, async (note) => {
    const ticker = setInterval(() => note(`${debFiles(state).length} of ${packages.length}`), 200)
    const answer = await apt(['download', ...packages]).finally(() => clearInterval(ticker))
    if (answer.code !== 0) throw new Problem(`Fetching packages failed: ${lastLine(answer.output)}`)
  })
  await progress.step('Unpacking them into the data folder (nothing is installed)', () => unpackAll(state, fresh))
  wrapPrograms(fresh)
  renameSync(fresh, folder)
  rmSync(state, { recursive: true, force: true })
}

type Apt = (args: readonly string[]) => ReturnType<typeof ask>

async function prepareApt(state: string, archive: Archive): Promise<Apt> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(path.join(state, part), { recursive: true })
  }
  const config = path.join(state, 'apt.conf')
  const settings = [
    `Dir::State "${state}/state";`,
    `Dir::Cache "${state}/cache";`,
    `Dir::State::status "${archive.status}";`,
    'APT::Sandbox::User "";',
    'APT::Install-Recommends "false";',
    'APT::Update::Post-Invoke-Success "";',
    'Acquire::Languages "none";',
    'Debug::NoLocking "true";',
    ...archive.settings,
  ]
  writeFileSync(config, `${settings.join('\n')}\n`)
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  return (args) => ask('apt-get', ['-q', '-c', config, ...args], { cwd: path.join(state, 'debs'), env })
}

/** The first package of each that this archive has, with everything it needs and this system lacks. */
async function choosePackages(
  apt: Apt,
  wanted: readonly Wanted[],
  tried: { update: string; archive: Archive },
): Promise<string[]> {
  const chosen = new Set<string>()
  for (const one of wanted) {
    const closure = await firstClosure(apt, one.packages)
    if (!closure) throw new Problem(missingPackage(one, tried))
    for (const name of closure) chosen.add(name)
  }
  return [...chosen]
}

async function firstClosure(apt: Apt, candidates: readonly string[]): Promise<string[] | undefined> {
  for (const candidate of candidates) {
    const answer = await apt(['-s', 'install', candidate])
    if (answer.code !== 0) continue
    const names = [...answer.output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '')
    // Installed but not where we looked: its files are fetched all the same.
    return names.includes(candidate) ? names : [candidate, ...names]
  }
  return undefined
}

function missingPackage({ name, packages }: Wanted, { update, archive }: { update: string; archive: Archive }): string {
  const reason = /^(?:E|Err):?.*$/m.exec(update)?.[0]
  return `No package for ${name} (${packages.join(' or ')}) in ${archive.title}${reason ? `: ${reason}` : ''}`
}

function debFiles(state: string): string[] {
  return readdirSync(path.join(state, 'debs')).filter((name) => name.endsWith('.deb'))
}

async function unpackAll(state: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const name of debFiles(state)) {
    const answer = await ask('dpkg-deb', ['-x', path.join(state, 'debs', name), folder])
    if (answer.code !== 0) throw new Problem(`Unpacking ${name} failed: ${lastLine(answer.output)}`)
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
