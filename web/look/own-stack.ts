import path from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { emptyLayout, giveUpOwnership } from '../../tools/local/ownership.ts'
import { startStack } from '../../tools/local/stack.ts'
import { dataFolder } from '../../tools/paths.ts'
import { Problem } from '../../tools/problem.ts'
import type { Progress } from '../../tools/progress.ts'
import { provideBrowser, providePrograms } from '../../tools/services/provide.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import { enterHouse } from './house.ts'
import type { House } from './house.ts'

/** Wider than people have them: here three accounts come a hundred times in a minute. */
const limits = {
  REQUESTS_PER_MINUTE: '100000',
  STREAM_OPENS_PER_MINUTE: '100000',
  SIGN_IN_PER_MINUTE: '100000',
  QUEUE_BOARD: 'on',
}

/** A stack with the demo data and a browser before it, made for `work` and gone after it, be it by Ctrl-C. */
export async function inOwnStack<T>(
  progress: Progress,
  work: (browser: Browser, house: House) => Promise<T>,
): Promise<T> {
  const executablePath = await provideBrowser(progress)
  if (executablePath === undefined) throw new Problem('No Chromium was found here: say in CHROMIUM where it is')
  const layout = await emptyLayout(path.join(dataFolder, 'look'))
  const supervisor = new Supervisor({ say: progress.say, onChange: () => undefined })
  const leave = async (): Promise<void> => {
    await supervisor.stop()
    giveUpOwnership(layout)
  }
  const onSignal = (): void => void leave().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal)
  try {
    const programs = await providePrograms(progress)
    const options = { port: undefined, folder: layout.folder, isDemoWanted: true, trustedProxies: [] }
    const env = { ...process.env, ...limits }
    const { address, databaseUrl, redisUrl } = await startStack({
      ...{ layout, programs, supervisor, progress, env },
      options: { ...options, databaseUrl: undefined, redisUrl: undefined },
    })
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    try {
      return await work(browser, await enterHouse(browser, { address, databaseUrl, redisUrl }))
    } finally {
      await browser.close()
    }
  } finally {
    await leave()
  }
}
