import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import type { ServiceName } from './find.ts'
import { ask } from './shell.ts'

const formulas: Record<ServiceName, string> = { redis: 'redis', database: 'mariadb', nginx: 'nginx' }

export async function canBrew(): Promise<boolean> {
  return (await ask('brew', ['--version'])).code === 0
}

/** Homebrew installs for its own user, without root, and starts nothing. */
export async function brewServices(services: readonly ServiceName[], progress: Progress): Promise<void> {
  const names = services.map((service) => formulas[service])
  await progress.step(`brew install ${names.join(' ')}`, async () => {
    const answer = await ask('brew', ['install', ...names])
    if (answer.code !== 0)
      throw new Problem(`brew could not install ${names.join(', ')}: ${answer.output.trim().split('\n').at(-1)}`)
  })
}
