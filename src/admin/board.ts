import type { Config } from '../config.ts'
import type { Annex } from '../platform/http/annex.ts'
import type { Log } from '../platform/log.ts'
import type { QueueRoom } from '../platform/queues.ts'

export const boardPath = '/admin/queues'

/**
 * Everything comes from here. Its scripts set styles by themselves, and nothing that stands in the page is run: what is inline in it is a
 * block of JSON.
 */
const boardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
].join('; ')

const links = /<link\b[^<>]*>/g

/** The page asks Google for a font, which its policy refuses with a complaint; those of the browser are as good. */
const withoutLinksElsewhere = (page: string): string =>
  page.replaceAll(links, (link) => (link.includes(' href="http') ? '' : link))

/**
 * The page of the queues that others have made (@bull-board), for admins who want to see more than our own routes tell. Only to look at:
 * what one does to a job goes by our routes, which put it on record. Undefined where it is switched off or not installed.
 */
export async function openBoard(parts: { config: Config; queues: QueueRoom; log: Log }): Promise<Annex | undefined> {
  if (parts.config.QUEUE_BOARD === 'off') return undefined
  const packages = await boardPackages()
  if (packages === undefined) {
    parts.log.warn(
      'QUEUE_BOARD is on, but there is no page of the queues: @bull-board/api and @bull-board/koa are not installed',
    )
    return undefined
  }
  const { createBullBoard, BullMQAdapter, KoaAdapter } = packages
  const serverAdapter = new KoaAdapter()
  serverAdapter.setBasePath(boardPath)
  createBullBoard({
    queues: parts.queues.queues().map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Madang' } },
  })
  const serve = serverAdapter.registerPlugin()
  const handle: Annex['handle'] = async (ctx, next) => {
    await serve(ctx, next)
    if (typeof ctx.body === 'string') ctx.body = withoutLinksElsewhere(ctx.body)
  }
  return { path: boardPath, access: 'admin', policy: boardPolicy, handle }
}

async function boardPackages() {
  try {
    const [{ createBullBoard }, { BullMQAdapter }, { KoaAdapter }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/koa'),
    ])
    return { createBullBoard, BullMQAdapter, KoaAdapter }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
