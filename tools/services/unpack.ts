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
const packageNames: Record<ProgramName, readonly string[]> = {
  redis: ['redis-server', 'valkey-server'],
  database: ['mariadb-server-core', 'mariadb-server-core-10.6', 'mariadb-server-core-10.5', 'mysql-server-core-8.0'],
  nginx: ['nginx'],
  browser: ['chromium-headless-shell', 'chromium'],
}

export async function canUnpack(): Promise<boolean> {
  const [apt, dpkg] = await Promise.all([ask('apt-get', ['--version']), ask('dpkg-deb', ['--version'])])
  return apt.code === 0 && dpkg.code === 0
}

export async function unpackPrograms(names: readonly ProgramName[], folder: string, progress: Progress): Promise<void> {
  const state = `${folder}.apt`
  const fresh = `${folder}.new`
  for (const stale of [fresh, folder]) rmSync(stale, { recursive: true, force: true })
  const apt = await prepareApt(state)
  const update = await progress.step("Reading the package lists of this system's archive", () => apt(['update']))
  const packages = await choosePackages(apt, names, update.output)
  await progress.step(`Fetching ${packages.length} packages for ${names.join(', ')}`, async (note) => {
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

async function prepareApt(state: string): Promise<Apt> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(path.join(state, part), { recursive: true })
  }
  const config = path.join(state, 'apt.conf')
  const settings = [
    `Dir::State "${state}/state";`,
    `Dir::Cache "${state}/cache";`,
    'Dir::State::status "/var/lib/dpkg/status";',
    'APT::Sandbox::User "";',
    'APT::Install-Recommends "false";',
    'APT::Update::Post-Invoke-Success "";',
    'Acquire::Languages "none";',
    'Debug::NoLocking "true";',
  ]
  writeFileSync(config, `${settings.join('\n')}\n`)
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  return (args) => ask('apt-get', ['-q', '-c', config, ...args], { cwd: path.join(state, 'debs'), env })
}

/** The first package of each service that this archive has, with everything it needs and this system lacks. */
async function choosePackages(apt: Apt, services: readonly ProgramName[], updateOutput: string): Promise<string[]> {
  const chosen = new Set<string>()
  for (const service of services) {
    const closure = await firstClosure(apt, packageNames[service])
    if (!closure) throw new Problem(missingPackage(service, updateOutput))
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

function missingPackage(service: ProgramName, updateOutput: string): string {
  const reason = /^(?:E|Err):?.*$/m.exec(updateOutput)?.[0]
  return `No package for ${service} (${packageNames[service].join(' or ')}) in this system's archive${reason ? `: ${reason}` : ''}`
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
