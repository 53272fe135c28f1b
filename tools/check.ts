import path from 'node:path'
import { providePeers } from '../bench/packages.ts'
import { runForeground } from './foreground.ts'
import { provideKubectl } from './kubernetes/kubectl.ts'
import { overlayNames, renderOverlay, unusedComponents } from './kubernetes/render.ts'
import { schemaFaults } from './kubernetes/schemas.ts'
import { faultsOfLockFiles } from './lock-file.ts'
import { projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { screenProgress } from './progress.ts'

/**
 * npm run check [-- NAME…]   types, lint, format, lock files, manifests, or those that are named: tsc, web, peers, oxlint, oxfmt, locks, kubernetes.
 *
 * All run even when one fails, and a tool that is missing is a failure.
 */
const folders = ['src', 'workers', 'test', 'tools', 'proof', 'bench', 'web']
const checks: Record<string, () => Promise<boolean>> = {
  tsc: () => runs('tsc'),
  web: () => runs('tsc', '--project', 'web/tsconfig.json'),
  peers: () => arePeersRight(),
  oxlint: () => runs('oxlint', '--deny-warnings', ...folders),
  oxfmt: () => runs('oxfmt', '--check', ...folders),
  locks: async () => areLockFilesRight(),
  kubernetes: () => areManifestsRight(),
}

async function main(): Promise<number> {
  const named = process.argv.slice(2)
  let failed = 0
  for (const name of named.length > 0 ? named : Object.keys(checks)) {
    const check = checks[name]
    if (check === undefined) throw new Problem(`There is no check ${name}: ${Object.keys(checks).join(', ')}`)
    const isRight = await check()
    process.stdout.write(`${isRight ? '✔' : '✘'} ${name}\n`)
    if (!isRight) failed += 1
  }
  return failed
}

async function runs(tool: string, ...args: string[]): Promise<boolean> {
  return (await runForeground(path.join(projectFolder, 'node_modules', '.bin', tool), args)) === 0
}

/** What the bench measures against has packages of its own, and so types of its own. */
async function arePeersRight(): Promise<boolean> {
  await providePeers((line) => process.stdout.write(`${line}\n`))
  return runs('tsc', '--project', 'bench/tsconfig.json')
}

function areLockFilesRight(): boolean {
  const faults = faultsOfLockFiles()
  process.stdout.write(faults.map((fault) => `  ${fault}\n`).join(''))
  return faults.length === 0
}

/** Each overlay as it would be sent to a cluster, and one of them with the components that none takes, held against the schemas of Kubernetes. */
async function areManifestsRight(): Promise<boolean> {
  const progress = screenProgress()
  const kubectl = await provideKubectl(progress)
  let found = 0
  const whole = { overlay: 'large', components: unusedComponents() }
  for (const { overlay, components } of [...overlayNames().map((name) => ({ overlay: name, components: [] })), whole]) {
    const faults = await schemaFaults(await renderOverlay(kubectl, overlay, { components }), progress.say)
    process.stdout.write(faults.map((fault) => `  ${[overlay, ...components].join(', ')}: ${fault}\n`).join(''))
    found += faults.length
  }
  return found === 0
}

await runTool(main)
