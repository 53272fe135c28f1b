import type { Ending } from './outcome.ts'

/** What was asked for too often, with the settings that allow more of it. */
const settingsOf = {
  signUp: 'SIGN_UP_PER_HOUR, PASSWORD_HASHES_WAITING',
  signIn: 'SIGN_IN_PER_MINUTE, PASSWORD_HASHES_WAITING',
  send: 'MESSAGES_PER_SECOND, FRAMES_PER_SECOND, FRAMES_BURST, REQUESTS_PER_MINUTE',
  socket: 'SOCKETS_PER_ACCOUNT, SOCKETS_PER_ADDRESS',
  room: 'ROOMS_PER_MENTOR, REQUESTS_PER_MINUTE',
  seat: 'REQUESTS_PER_MINUTE, and those of Nginx',
  close: 'CLOSINGS_PER_MINUTE, REQUESTS_PER_MINUTE',
  look: 'REQUESTS_PER_MINUTE, and those of Nginx',
  stream: 'STREAM_OPENS_PER_MINUTE, STREAMS_PER_ACCOUNT, STREAMS_PER_ADDRESS',
  post: 'POSTS_PER_HOUR, REQUESTS_PER_MINUTE',
  comment: 'COMMENTS_PER_HOUR, REQUESTS_PER_MINUTE',
  like: 'LIKES_PER_MINUTE, REQUESTS_PER_MINUTE',
  upload: 'MEDIA_UPLOADS_PER_HOUR, MEDIA_BYTES_PER_ACCOUNT, MEDIA_DECODES_WAITING',
} as const
export type Asked = keyof typeof settingsOf

const limitCodes: ReadonlySet<string> = new Set(['rate_limited', 'storage_full', 'too_many_connections'])

/** Where the system has said that it was too much: a run that mostly waits proves little. */
export class Complaints {
  readonly #heard = new Map<Asked, number>()

  /** The last code of a refusal or failure, for who asks why nothing goes. */
  last = 'nothing was refused'

  hear({ code }: Ending, asked: Asked): void {
    if (code !== undefined) this.last = `${asked}: ${code}`
    if (code !== undefined && limitCodes.has(code)) this.#heard.set(asked, (this.#heard.get(asked) ?? 0) + 1)
  }

  /** One sentence for each limit. */
  get advice(): string[] {
    return [...this.#heard].map(([asked, times]) => `${asked}: limited ${times} times; raise ${settingsOf[asked]}`)
  }
}
