import type { Page } from 'playwright-core'
import { parseFrame } from '../src/api/frames.ts'
import type { ClientFrame, FrameOf } from '../src/api/frames.ts'
import type { ServerFrame } from '../src/api/types.ts'
import { unavailable } from './unavailable.ts'
import type { View } from './view.ts'

/** Rooms after what a server says over the socket: a refusal, somebody who writes, an entry that comes before others, the end of one’s seat. */
export const toldViews: readonly View[] = [
  {
    name: 'message-failed',
    who: 'bob',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) =>
      betweenSocket(page, {
        answer: (frame) => (frame.type === 'send' ? refusalOf(frame) : undefined),
      }),
    opens: [
      whenInside,
      (page) => page.locator('.room-composer-input').fill('이 말은 받아 주지 않네요.'),
      (page) => page.locator('.room-composer button[type=submit]').click(),
    ],
    isAnswer: true,
    shows: '.message-failed',
  },
  {
    name: 'room-typing',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) =>
      betweenSocket(page, { tell: ({ room }) => ['carol', 'bob'].map((from) => ({ type: 'typing', room, from })) }),
    opens: [whenInside],
    shows: '.room-typing-dots',
  },
  {
    name: 'room-hole',
    who: 'bob',
    path: ({ room }) => `/rooms/${room}`,
    before: async (page) => {
      await page.route(/\/v1\/rooms\/\d+\/messages\?.*(?:after|before)=/, (route) => route.fulfill(unavailable))
      await betweenSocket(page, { tell: aheadOfOthers })
    },
    opens: [whenInside],
    isAnswer: true,
    shows: '.room-hole .error-line',
    says: /503 .*\/messages\b/,
  },
  {
    name: 'room-ended',
    who: 'bob',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) => betweenSocket(page, { tell: ({ room }) => [{ type: 'unsubscribed', room, reason: 'kicked' }] }),
    isAnswer: true,
    shows: '.room-instead .state',
  },
]

function whenInside(page: Page): Promise<void> {
  return page.locator('.message-main').first().waitFor()
}

interface Between {
  /** What the page hears instead of the server’s answer; undefined: the server is asked. */
  answer?: (frame: ClientFrame) => ServerFrame | undefined
  /** What it hears once it listens to a room, again and again: somebody who writes is forgotten after five seconds. */
  tell?: (subscribed: FrameOf<'subscribed'>) => readonly ServerFrame[]
}

const againMs = 2000

/** Stands between a page and its server. */
async function betweenSocket(page: Page, { answer, tell }: Between): Promise<void> {
  await page.routeWebSocket('**/v1/socket', (socket) => {
    const server = socket.connectToServer()
    const say = (frame: ServerFrame): void => socket.send(JSON.stringify(frame))
    socket.onMessage((text) => {
      const own = answer?.(JSON.parse(String(text)) as ClientFrame)
      if (own === undefined) server.send(text)
      else say(own)
    })
    server.onMessage((text) => {
      socket.send(text)
      const frame = parseFrame(text)
      if (frame?.type !== 'subscribed' || tell === undefined) return
      const tellAll = (): void => tell(frame).forEach(say)
      tellAll()
      const timer = setInterval(tellAll, againMs)
      page.once('close', () => clearInterval(timer))
    })
  })
}

function refusalOf({ ref }: ClientFrame): FrameOf<'error'> {
  const problem = { code: 'muted', title: 'Forbidden', status: 403, requestId: '0.1' } as const
  return { type: 'error', ref: ref as number, ...problem }
}

/** Some lines before this one have not come. */
function aheadOfOthers({ room, epoch, head }: FrameOf<'subscribed'>): readonly ServerFrame[] {
  const said = {
    id: '019f0000-0000-7000-8000-000000000000',
    at: new Date().toISOString(),
    content: { body: '다 왔어요!' },
  }
  return [{ type: 'entry', room, epoch, seq: head + 6, kind: 'text', from: 'carol', ...said }]
}
