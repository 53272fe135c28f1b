import { createAccounts } from '../src/accounts/index.ts'
import { createAnnouncer, createRoomsPort } from '../src/chat/index.ts'
import type { Config } from '../src/config.ts'
import { checksOf, layFoundation } from '../src/foundation.ts'
import type { Foundation } from '../src/foundation.ts'
import { closeQueue, flushQueue } from '../src/ledger/flush-queue.ts'
import { createLedger, createLedgerWork, showBacklog } from '../src/ledger/index.ts'
import { createTelling, showRelayBacklog } from '../src/live/index.ts'
import { createMediaWork, createPictureViews, renderQueue, showOverduePictures } from '../src/media/index.ts'
import { createNotifications } from '../src/notifications/index.ts'
import { hidersOf } from '../src/people/index.ts'
import { prepareFolders } from '../src/platform/folders.ts'
import { Health, healthRoutes } from '../src/platform/http/health.ts'
import { metricsRoute } from '../src/platform/http/metrics-route.ts'
import { serveProbes } from '../src/platform/http/probes.ts'
import type { Log } from '../src/platform/log.ts'
import { showQueues } from '../src/platform/queue-depths.ts'
import { createTellRendered } from '../src/timeline/index.ts'
import { startCloseRooms } from './close-rooms.ts'
import { startFlushRooms } from './flush-rooms.ts'
import type { Job } from './job.ts'
import { startRebuildPopular } from './rebuild-popular.ts'
import { startRecoverRooms } from './recover-rooms.ts'
import { startRelayEvents } from './relay-events.ts'
import { startRenderPictures } from './render-pictures.ts'
import { startSweepAudit } from './sweep-audit.ts'
import { startSweepIdempotencyKeys } from './sweep-idempotency-keys.ts'
import { startSweepMedia } from './sweep-media.ts'
import { startSweepMessagePictures } from './sweep-message-pictures.ts'
import { startSweepNotifications } from './sweep-notifications.ts'
import { startTellCounts } from './tell-counts.ts'

/** A worker: the composition of what its jobs need, and the jobs. */
export async function startWorker(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  const foundation = await layFoundation(config, log)
  const { lifecycle, metrics } = foundation
  const { TRANSCRIPTS_FOLDER, MEDIA_FOLDER, MEDIA_STORAGE } = config
  await prepareFolders({ TRANSCRIPTS_FOLDER, ...(MEDIA_STORAGE === 'disk' ? { MEDIA_FOLDER } : {}) }, log)
  const jobs = await startJobs(foundation, config, log)
  for (const [name, job] of Object.entries(jobs)) lifecycle.onClose(name, () => job.close())
  showWhatWaits(foundation, config, log)

  const health = new Health({ checks: checksOf(foundation), timeoutMs: 2000, log })
  const routes = [...healthRoutes(health), metricsRoute(metrics, config.METRICS_FROM)]
  const probes = await serveProbes({ routes, host: config.HOST, port: config.WORKER_PORT, log })
  lifecycle.onClose('probes', () => probes.close())
  log.info({ port: probes.port }, 'working')
  return {
    stop() {
      health.drain()
      return lifecycle.close()
    },
  }
}

/** What the services know and no process: only workers ask them for it, when somebody looks. */
function showWhatWaits(foundation: Foundation, config: Config, log: Log): void {
  const { metrics, lifecycle } = foundation
  metrics.showProcess({ name: config.SERVER_NAME, role: 'worker' })
  showBacklog({ ...foundation, log })
  showRelayBacklog({ ...foundation, log })
  showOverduePictures({ ...foundation, log })
  const names = [flushQueue.name, closeQueue.name, renderQueue.name]
  const queues = showQueues({ url: queueUrl(config), names, metrics, log })
  lifecycle.onClose('queue depths', () => queues.close())
}

function queueUrl(config: Config): string {
  return config.QUEUE_REDIS_URL ?? config.REDIS_URL
}

/** They are closed in the opposite order, the relay as the last one: it still tells what the others do at their end. */
async function startJobs(foundation: Foundation, config: Config, log: Log): Promise<Record<string, Job>> {
  const { sql, redis, broker, lifecycle, metrics } = foundation
  const transaction = createTelling({ sql, broker, log })
  const pictures = createPictureViews(config)
  const accounts = createAccounts({ sql, redis, broker, config, log, pictureUrls: pictures.urls })
  const { profiles } = accounts
  const tellRendered = createTellRendered({ accounts, media: pictures })
  const media = await createMediaWork({
    ...{ sql, config, log },
    transaction: (work) => transaction((trx, tell) => work(trx, (use) => tellRendered(trx, tell, use))),
  })
  lifecycle.onClose('media', () => media.stop())
  const { notify } = createNotifications({ sql, transaction, profiles, hidersOf })
  const rooms = createRoomsPort({ sql, profiles, transaction, notify })
  const ledger = createLedger({ ...foundation, config, rooms, log })
  lifecycle.onClose('ledger', () => ledger.stop())
  const ledgerWork = await createLedgerWork({ ...foundation, config, rooms, log })
  lifecycle.onClose('ledger work', () => ledgerWork.stop())
  const announcePending = createAnnouncer({ sql, ledger, log, profiles })

  const queues = { url: queueUrl(config), log, metrics }
  return {
    'relay events': await startRelayEvents({ sql, broker, config, log }),
    'flush rooms': startFlushRooms(queues, ledgerWork),
    'close rooms': startCloseRooms(queues, ledgerWork),
    'recover rooms': startRecoverRooms(ledgerWork, announcePending),
    'tell counts': startTellCounts({ sql, redis, config, log, transaction }),
    'render pictures': startRenderPictures(queues, media),
    'sweep media': startSweepMedia(media, { log, sweepMs: config.SWEEP_SECONDS * 1000 }),
    'sweep message pictures': startSweepMessagePictures({ sql, ledger, media, log }),
    'rebuild popular': startRebuildPopular({ sql, log, everySeconds: config.POPULAR_EVERY_SECONDS }),
    'sweep notifications': startSweepNotifications({
      ...{ sql, transaction, log },
      keepDays: config.NOTIFICATIONS_KEEP_DAYS,
    }),
    'sweep idempotency keys': startSweepIdempotencyKeys({ sql, log }),
    'sweep audit': startSweepAudit({ sql, log, keepDays: config.AUDIT_KEEP_DAYS }),
  }
}
