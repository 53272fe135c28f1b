import path from 'node:path'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { findProgram } from './find.ts'
import { provideUnpacked } from './foreign.ts'
import { wrapperFolder } from './wrap.ts'

/** Prometheus, and promtool, which judges what is written for it. */
export interface MonitoringPrograms {
  prometheus: string
  promtool: string
}

const folder = path.join(dataFolder, 'prometheus')

/** Installed ones, else those of this system's archive, fetched once. Error: a Problem, where there are none to be had. */
export async function provideMonitoring(progress: Progress): Promise<MonitoringPrograms> {
  const found = find()
  if (found !== undefined) return found
  await provideUnpacked([{ name: 'Prometheus', packages: ['prometheus'] }], folder, progress)
  const fetched = find()
  if (fetched === undefined) throw new Problem('The package prometheus came without Prometheus or promtool')
  return fetched
}

function find(): MonitoringPrograms | undefined {
  const [prometheus, promtool] = (['prometheus', 'promtool'] as const).map((name) =>
    findProgram(name, [wrapperFolder(folder)]),
  )
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool }
}
