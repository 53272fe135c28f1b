import { renderQueue } from '../src/media/index.ts'
import type { MediaWork } from '../src/media/index.ts'
import type { MediaId } from '../src/platform/ids.ts'
import { startWorker } from '../src/platform/queue.ts'
import type { Job, QueueHost } from './job.ts'

/** Makes the renditions of a picture. A failure is written down with the picture; a sweeper comes back to it. */
export function startRenderPictures(host: QueueHost, media: MediaWork): Job {
  return startWorker({
    ...host,
    definition: renderQueue,
    concurrency: 1,
    work: ({ picture }) => media.render(picture as MediaId),
  })
}
