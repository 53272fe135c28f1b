import { createAccounts } from '../src/accounts/index.ts'
import { createAnnouncer, createRoomsPort } from '../src/chat/index.ts'
import { loadConfig } from '../src/config.ts'
import { checksOf, layFoundation } from '../src/foundation.ts'
import { createLedger, createLedgerWork } from '../src/ledger/index.ts'
import { createTelling } from '../src/live/index.ts'
import { createMediaWork } from '../src/media/index.ts'
import { createNotifications } from '../src/notifications/index.ts'
import { hidersOf } from '../src/people/index.ts'
import { Health, serveHealth } from '../src/platform/http/health.ts'
import { stopOnSignal } from '../src/platform/lifecycle.ts'
import { createLog } from '../src/platform/log.ts'
import type { PostId } from '../src/platform/ids.ts'
import { leaveWith } from '../src/platform/start.ts'
import { createPictureNews } from '../src/timeline/index.ts'
import { startCloseRooms } from './close-rooms.ts'
import { startFlushRooms } from './flush-rooms.ts'
import { startRebuildPopular } from './rebuild-popular.ts'
import { startRecoverRooms } from './recover-rooms.ts'
import { startRelayEvents } from './relay-events.ts'
import { startRenderPictures } from './render-pictures.ts'
import { startSweepIdempotencyKeys } from './sweep-idempotency-keys.ts'
import { startSweepMedia } from './sweep-media.ts'
import { startSweepNotifications } from './sweep-notifications.ts'
import { startSweepMessagePictures } from './sweep-message-pictures.ts'
import { startTellCounts } from './tell-counts.ts'

/** A worker: takes the jobs, and sweeps for what no job announced. SIGTERM finishes what runs. */
try {
  const config = loadConfig(process.env)
  const log = createLog({ level: config.LOG_LEVEL, service: config.SERVER_NAME })
  const foundation = await layFoundation(config, log)
  const { sql, lifecycle } = foundation
  const transaction = createTelling({ ...foundation, log })
  const media = await createMediaWork({
    ...{ sql, config, log },
    transaction: (rendered) =>
      transaction((trx, tell) =>
        rendered(trx, async ({ type, id }) => {
          if (type === 'post') await tellPictureRendered(trx, tell, id as PostId)
        }),
      ),
  })
  lifecycle.onClose('media', () => media.stop())
  const accounts = createAccounts({ ...foundation, config, log, pictureUrls: media.urls })
  const tellPictureRendered = createPictureNews({ accounts, media })
  const { profiles } = accounts
  const { notify } = createNotifications({ sql, transaction, profiles, hidersOf })
  const rooms = createRoomsPort({ sql, profiles, transaction, notify })
  const ledger = createLedger({ ...foundation, config, rooms, log })
  lifecycle.onClose('ledger', () => ledger.stop())
  const work = await createLedgerWork({ ...foundation, config, rooms, log })
  lifecycle.onClose('ledger work', () => work.stop())

  const host = { url: config.QUEUE_REDIS_URL ?? config.REDIS_URL, log }
  const flushRooms = startFlushRooms(host, work)
  const closeRooms = startCloseRooms(host, work)
  const recoverRooms = startRecoverRooms(work, createAnnouncer({ sql, ledger, log, profiles }))
  const relayEvents = await startRelayEvents({ ...foundation, config, log })
  const sweepMessagePictures = startSweepMessagePictures({ sql, ledger, media, log })
  lifecycle.onClose('sweep-message-pictures', () => sweepMessagePictures.close())
  const tellCountsOfRooms = startTellCounts({ ...foundation, config, log, transaction })
  lifecycle.onClose('tell-counts', () => tellCountsOfRooms.close())
  lifecycle.onClose('relay-events', () => relayEvents.close())
  lifecycle.onClose('flush-rooms', () => flushRooms.close())
  lifecycle.onClose('close-rooms', () => closeRooms.close())
  lifecycle.onClose('recover-rooms', () => recoverRooms.close())
  const sweepNotifications = startSweepNotifications({
    ...{ sql, transaction, log },
    keepDays: config.NOTIFICATIONS_KEEP_DAYS,
  })
  lifecycle.onClose('sweep-notifications', () => sweepNotifications.close())
  const rebuildPopular = startRebuildPopular({ sql, log, everySeconds: config.POPULAR_EVERY_SECONDS })
  lifecycle.onClose('rebuild-popular', () => rebuildPopular.close())
  const sweepKeys = startSweepIdempotencyKeys({ sql, log })
  lifecycle.onClose('sweep-idempotency-keys', () => sweepKeys.close())

  const renderPictures = startRenderPictures(host, media)
  const sweepMedia = startSweepMedia(media, { log, sweepMs: config.SWEEP_SECONDS * 1000 })
  lifecycle.onClose('render-pictures', () => renderPictures.close())
  lifecycle.onClose('sweep-media', () => sweepMedia.close())

  const health = new Health({ checks: checksOf(foundation), timeoutMs: 2000, log })
  if (config.WORKER_HEALTH_PORT !== undefined) {
    const probes = await serveHealth({ health, host: config.HOST, port: config.WORKER_HEALTH_PORT, log })
    lifecycle.onClose('probes', () => probes.close())
  }
  stopOnSignal(log, () => {
    health.drain()
    return lifecycle.close()
  })
  log.info('working')
} catch (error) {
  leaveWith(error)
}
