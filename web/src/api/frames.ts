import type { ServerFrame } from './types.ts'

/** What goes over the socket, as a client sees it. */

export type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>
export type Hello = FrameOf<'hello'>
/** An answer carries the `ref` of the frame that it answers. */
export type Answer = FrameOf<'subscribed' | 'ok' | 'ack' | 'pong' | 'error'>
/** What is told of a room without being asked for. */
export type PushFrame = FrameOf<
  'entry' | 'epoch' | 'stored' | 'gap' | 'closed' | 'presence' | 'typing' | 'read' | 'unsubscribed'
>

/** What a client says. `ref` is given by who sends it. */
export type ClientFrame = Readonly<{ type: string; room?: string } & Record<string, unknown>>

/** Undefined for what is no frame. A type that is not known is passed over by who reads it: more will come. */
export function parseFrame(text: unknown): ServerFrame | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'type' in value ? (value as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
