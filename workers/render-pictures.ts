import { renderQueue } from '../src/media/index.ts'
import type { MediaWork } from '../src/media/index.ts'
import type { MediaId } from '../src/platform/ids.ts'
import { startWorker } from '../src/platform/queue.ts'
import type { JobHost } from './job-host.ts'

/** Makes the renditions of a picture. A failure is written down with the picture; a sweeper comes back to it. */
export function startRenderPictures(host: JobHost, media: MediaWork): { close: () => Promise<void> } {
  return startWorker({
    ...host,
    definition: renderQueue,
    concurrency: 1,
    work: ({ picture }) => media.render(picture as MediaId),
  })
}
