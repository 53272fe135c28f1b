import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { madangNames } from '../fault.ts'
import type { PartName } from '../fault.ts'
import { markOf } from '../../../tools/processes.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { made, undone } from './trial.ts'
import type { Trial } from './trial.ts'

const backWithinMs = 60_000

export const kill: Trial = async (trying) => {
  const { detail } = await made(trying)
  const { part, pid } = hitIn(detail)
  await eventually(() => markOf(pid) === undefined)
  const isBack = (): boolean => ![0, pid].includes(trying.stack.patient.pidOf?.(part) ?? 0)
  await eventually(isBack, backWithinMs)
}

export const freeze: Trial = async (trying) => {
  const injected = await made(trying)
  const { pid } = hitIn(injected.detail)
  await eventually(() => isStopped(pid))
  await undone(injected)
  await eventually(() => !isStopped(pid))
}

export const rollingRestart: Trial = async (trying) => {
  const pids = (): number[] => madangNames.map((name) => trying.stack.patient.pidOf?.(name) ?? 0)
  const before = pids()
  await made(trying)
  const after = pids()
  assert.ok(!after.includes(0))
  assert.ok(!after.some((pid) => before.includes(pid)), `${before.join(' ')} were restarted as ${after.join(' ')}`)
}

/** `server-1 (1234) was …` */
export function hitIn(detail: string): { part: PartName; pid: number } {
  const [, part = '', pid = ''] = /^(\S+) \((\d+)\)/.exec(detail) ?? []
  assert.ok(Number(pid) > 0, detail)
  return { part: part as PartName, pid: Number(pid) }
}

export function isStopped(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
}
