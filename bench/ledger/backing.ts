import path from 'node:path'
import { provideDatabase, provideRedis } from '../../tools/local/backing.ts'
import type { Layout } from '../../tools/local/layout.ts'
import { emptyLayout, giveUpOwnership } from '../../tools/local/ownership.ts'
import { localSecrets } from '../../tools/local/secrets.ts'
import type { Secrets } from '../../tools/local/secrets.ts'
import { dataFolder } from '../../tools/paths.ts'
import { silentProgress } from '../../tools/progress.ts'
import { providePrograms } from '../../tools/services/provide.ts'
import type { Programs } from '../../tools/services/find.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import { underWay } from '../under-way.ts'

/** A Redis and a database exactly as `npm start` starts them, on disk, in a folder of the bench's own. */
export interface Backing {
  layout: Layout
  secrets: Secrets
  programs: Pick<Programs, 'redis' | 'database'>
  redisUrl: string
  databaseUrl: string
  /** Process ids, for what they cost. */
  pids: { redis: number; database: number }
  stop(): Promise<void>
}

/** From an empty folder. */
export async function startBacking(name: string, log: (line: string) => void): Promise<Backing> {
  const layout = await emptyLayout(path.join(dataFolder, 'bench', name))
  const secrets = localSecrets(layout.secrets)
  const programs = await providePrograms(silentProgress, ['redis', 'database'])
  const supervisor = new Supervisor({ say: log, onChange: () => undefined })
  const stop = underWay(async () => {
    await supervisor.stop()
    giveUpOwnership(layout)
  })
  const shared = { layout, secrets, supervisor, given: undefined }
  try {
    const databaseUrl = await provideDatabase({ ...shared, program: programs.database })
    const redisUrl = await provideRedis({ ...shared, program: programs.redis })
    const { redis = 0, database = 0 } = supervisor.pids
    return { layout, secrets, programs, redisUrl, databaseUrl, pids: { redis, database }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
