import type { QueueDefinition } from '../platform/queue.ts'

/** A doorbell: losing or doubling one changes nothing but time. */
export interface RenderJob {
  picture: number
}

/** Once per picture at a time. How often it is tried is kept with the picture, not here. */
export const renderQueue: QueueDefinition<RenderJob> = {
  name: 'render-pictures',
  options: ({ picture }) => ({
    deduplication: { id: `picture-${picture}` },
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: { age: 86_400, count: 1000 },
  }),
}
