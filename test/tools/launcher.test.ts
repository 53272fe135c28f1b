import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { hasPackages } from '../../tools/installed.mjs'
import { isRightNode } from '../../tools/launcher.mjs'

test('Node 24.16 and what came after it are right, older ones are not', (t) => {
  for (const version of ['v24.16.0', 'v24.21.0', 'v26.0.0']) t.true(isRightNode(version), version)
  for (const version of ['v18.20.8', 'v20.20.2', 'v24.15.9', 'v22.99.0']) t.false(isRightNode(version), version)
})

test('packages are there when npm has recorded each locked version', (t) => {
  const locked = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', dev: true } }
  const folder = project(t, locked, locked)

  t.true(hasPackages(folder))
})

test('packages are missing when a version differs, one is absent, or the installation was cut short', (t) => {
  const locked = { 'node_modules/a': { version: '1.0.0' } }

  t.false(hasPackages(project(t, locked, { 'node_modules/a': { version: '1.0.1' } })))
  t.false(hasPackages(project(t, locked, {})))
  t.false(hasPackages(project(t, locked, undefined)))
})

test('a package for another platform may be absent', (t) => {
  const locked = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0', optional: true } }

  t.true(hasPackages(project(t, locked, { 'node_modules/a': { version: '1.0.0' } })))
})

test('a package for this platform is missing, optional or not', (t) => {
  const here = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] }
  const elsewhere = { ...here, cpu: ['s390x'] }
  const locked = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': here, 'node_modules/c': elsewhere }

  t.false(hasPackages(project(t, locked, { 'node_modules/a': { version: '1.0.0' } })))
  t.true(hasPackages(project(t, locked, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': here })))
})

test('the lock files name no host to fetch from', (t) => {
  for (const file of ['../../package-lock.json', '../../tools/node/package-lock.json']) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    t.regex(text, /"integrity"/)
    t.notRegex(text, /"resolved"/)
  }
})

function project(t: ExecutionContext, locked: object, installed: object | undefined): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-packages-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }))
  mkdirSync(path.join(folder, 'node_modules'))
  if (installed) {
    const record = path.join(folder, 'node_modules', '.package-lock.json')
    writeFileSync(record, JSON.stringify({ packages: installed }))
  }
  return folder
}
