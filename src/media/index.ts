import type { Config } from '../config.ts'
import type { MediaId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { Doorbell } from '../platform/queue.ts'
import { Turns } from '../platform/turns.ts'
import { createPictureFiles } from './backup.ts'
import type { PictureFiles } from './backup.ts'
import { claimPictures, releasePictures } from './claim.ts'
import type { Media, PictureView } from './contract.ts'
import { DiskStorage } from './disk-storage.ts'
import { urlsOf } from './files.ts'
import { createMarking, takeOver } from './mark.ts'
import type { Standing } from './mark.ts'
import { prepareDecoders } from './picture.ts'
import { renderOnce } from './render.ts'
import type { RenderTransaction } from './render.ts'
import { renderQueue } from './render-queue.ts'
import { mediaRoutes } from './routes.ts'
import { openS3Storage } from './s3-storage.ts'
import type { Storage } from './storage.ts'
import { pictureById, picturesByIds } from './store.ts'
import { Strays } from './strays.ts'
import { sweepPictures } from './sweep.ts'
import { presentPicture } from './views.ts'

export { pictureView } from './contract.ts'
export type { Media, MediaUse, PictureView } from './contract.ts'
export { showOverduePictures } from './metrics.ts'
export { renderQueue } from './render-queue.ts'
export type { RenderTransaction } from './render.ts'
export type { Installation, NeededFiles, PictureFiles, Reserved, StoredFile } from './backup.ts'

export interface MediaOptions {
  sql: Sql
  config: Config
  log: Log
}

const waitMs = 10_000
const busy = 'Too many pictures are on their way right now'

export async function createMedia({ sql, config, log }: MediaOptions): Promise<Media> {
  prepareDecoders()
  const storage = await openStorage(config)
  const bell = new Doorbell({ url: config.QUEUE_REDIS_URL ?? config.REDIS_URL, definition: renderQueue, log })
  const baseUrl = config.MEDIA_BASE_URL
  const routes = mediaRoutes({
    ...{ sql, storage, log, baseUrl },
    mark: createMarking({ sql, storage }),
    maxBytes: config.MEDIA_MAX_BYTES,
    maxPixels: config.MEDIA_MAX_PIXELS,
    bytesPerAccount: config.MEDIA_BYTES_PER_ACCOUNT,
    uploads: { name: 'uploads', requests: config.MEDIA_UPLOADS_PER_HOUR, seconds: 3600, withoutRedis: 'count_here' },
    turns: new Turns({
      ...{ waitMs, busy },
      atOnce: config.MEDIA_DECODES_AT_ONCE,
      mostWaiting: config.MEDIA_DECODES_WAITING,
    }),
    ring: (job) => bell.ring(job),
  })
  return {
    routes,
    claim: claimPictures,
    release: releasePictures,
    ...createPictureViews(config),
    async stop() {
      await bell.close()
      storage.close()
    },
  }
}

/** What a worker does for pictures; the jobs are in workers/. */
export interface MediaWork extends Pick<Media, 'claim' | 'release'> {
  /** One attempt at a picture that may be rendered already, or gone. */
  render(picture: MediaId): Promise<void>
  /** Does what is due: removes what nobody uses, renders what no job came for. */
  sweep(): Promise<void>
  /** Looks a little further for files that no picture needs. */
  sweepStrays(): Promise<void>
  stop(): Promise<void>
}

/** Of all beginnings of names (4096), so many at each look. */
const beginningsAtOnce = 16

export async function createMediaWork(options: MediaOptions & { transaction: RenderTransaction }): Promise<MediaWork> {
  const { config } = options
  prepareDecoders()
  const storage = await openStorage(config)
  const parts = { ...options, storage, unusedHours: config.MEDIA_UNUSED_HOURS }
  const strays = new Strays(parts)
  return {
    ...{ claim: claimPictures, release: releasePictures },
    render: async (picture) => void (await renderOnce(parts, picture)),
    sweep: () => sweepPictures(parts),
    sweepStrays: async () => void (await strays.sweep(beginningsAtOnce)),
    stop: async () => storage.close(),
  }
}

/** An operator's word that this database knows the files of the storage. Resolves with what they were until then. */
export async function adoptStorage({ sql, config }: Pick<MediaOptions, 'sql' | 'config'>): Promise<Standing> {
  const storage = await openStorage(config)
  try {
    return await takeOver({ sql, storage })
  } finally {
    storage.close()
  }
}

/** The files themselves, for a backup and a restore. */
export async function openPictureFiles(config: Config): Promise<PictureFiles> {
  return createPictureFiles(await openStorage(config), config.MEDIA_UNUSED_HOURS)
}

/** How pictures are shown; without the storage, so that it can be had before everything else. */
export function createPictureViews({ MEDIA_BASE_URL: baseUrl }: Config): Pick<Media, 'views' | 'nameOf' | 'urls'> {
  return {
    async views(sql, ids) {
      const views = new Map<MediaId, PictureView>()
      for (const picture of await picturesByIds(sql, [...new Set(ids)])) {
        const view = presentPicture(baseUrl, picture)
        if (view !== undefined) views.set(picture.id, view)
      }
      return views
    },
    async nameOf(sql, id) {
      const picture = await pictureById(sql, id)
      return picture === undefined || picture.state === 'released' ? undefined : picture.name
    },
    urls: (name) => urlsOf(baseUrl, name),
  }
}

async function openStorage(config: Config): Promise<Storage> {
  if (config.MEDIA_STORAGE === 'disk' || config.MEDIA_S3_BUCKET === undefined)
    return new DiskStorage(config.MEDIA_FOLDER)
  const { MEDIA_S3_ACCESS_KEY: accessKeyId, MEDIA_S3_SECRET_KEY: secretAccessKey } = config
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined
  return openS3Storage({
    endpoint: config.MEDIA_S3_ENDPOINT,
    region: config.MEDIA_S3_REGION,
    bucket: config.MEDIA_S3_BUCKET,
    keys: hasKeys ? { accessKeyId, secretAccessKey } : undefined,
    addressing: config.MEDIA_S3_ADDRESSING,
  })
}
