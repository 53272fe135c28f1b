import type { Code } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { CloseReason } from './close-codes.ts'

/** `brokenFrame` is what breaks RFC 6455, or is too large: `ws` closes for it by itself, with 1002, 1007 or 1009. */
type Reason = CloseReason | 'brokenFrame'

/** Each is shown from the start: a series that begins at one says nothing of when it became one. */
const reasons: readonly Reason[] = [
  ...(['draining', 'slow', 'noPong', 'rateLimited', 'unsupportedFrame', 'brokenFrame'] as const),
  ...(['sessionExpired', 'notSignedIn', 'tooManyConnections', 'protocolVersion'] as const),
]

/** What has come of the sockets of one server since it started: plain numbers, since most are counted with every frame. */
export class SocketCounts {
  opened = 0
  /** From clients. */
  frames = 0
  /** Frames over the rate of their connection. */
  framesRefused = 0
  /** Frames to clients that did not keep up, and did not need them. */
  framesDropped = 0
  /** Sockets that this server closed, and why. */
  readonly closed = new Map<Reason, number>(reasons.map((reason) => [reason, 0]))
  /** Sockets that were not opened, and what was answered. */
  readonly refused = new Map<Code, number>()

  countClosed(reason: Reason): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1)
  }

  countRefused(code: Code): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }
}

export function showSockets(metrics: Metrics, door: { readonly size: number; readonly counts: SocketCounts }): void {
  const { counts } = door
  metrics.show('gauge', { name: 'madang_sockets', help: 'Sockets that are open' }, () => door.size)
  metrics.show(
    'counter',
    { name: 'madang_sockets_opened_total', help: 'Sockets that were opened' },
    () => counts.opened,
  )
  metrics.show(
    'counter',
    {
      name: 'madang_sockets_refused_total',
      help: 'Sockets that were not opened, by the code that was answered',
      labels: ['code'],
    },
    () => [...counts.refused].map(([code, value]) => [{ code }, value] as const),
  )
  metrics.show(
    'counter',
    { name: 'madang_sockets_closed_total', help: 'Sockets that the server closed, by reason', labels: ['reason'] },
    () => [...counts.closed].map(([reason, value]) => [{ reason }, value] as const),
  )
  metrics.show('counter', { name: 'madang_socket_frames_total', help: 'Frames that clients sent' }, () => counts.frames)
  metrics.show(
    'counter',
    { name: 'madang_socket_frames_refused_total', help: 'Frames that were over the rate of their connection' },
    () => counts.framesRefused,
  )
  metrics.show(
    'counter',
    {
      name: 'madang_socket_frames_dropped_total',
      help: 'Frames of typing and presence that a slow client was not sent',
    },
    () => counts.framesDropped,
  )
}
