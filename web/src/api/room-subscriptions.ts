import type { Answer, ClientFrame, FrameOf, PushFrame } from './frames.ts'
import type { Place, RoomEars } from './live.ts'
import { Pace } from './pace.ts'
import { RoomSubscription } from './room-subscription.ts'

export interface RoomSubscriptionsOptions {
  ask: (frame: ClientFrame) => Promise<Answer>
  /** A room is listened to, at first and after each return. */
  onReady: (room: string) => void
  /** Nobody listens to a room any more. */
  onEnd: (room: string) => void
}

/** All rooms that are listened to over one socket. */
export class RoomSubscriptions {
  readonly #options: RoomSubscriptionsOptions
  readonly #rooms = new Map<string, RoomSubscription>()
  /** Who comes back with many rooms must not be taken for a flood. */
  readonly #pace = new Pace({ burst: 10, perSecond: 5 })

  constructor(options: RoomSubscriptionsOptions) {
    this.#options = options
  }

  /** Answers how to stop. The last one to stop leaves the room. */
  add(room: string, ears: RoomEars, after: Place | undefined, isConnected: boolean): () => void {
    const subscription = this.#rooms.get(room) ?? this.#open(room)
    const remove = subscription.add(ears, after, isConnected)
    return () => {
      remove()
      if (!subscription.hasListeners && this.#rooms.get(room) === subscription) this.#leave(room, subscription)
    }
  }

  /** Somebody wants to hear the room, and does not yet: `onReady` or `onEnd` comes. */
  isAwaited(room: string): boolean {
    return this.#rooms.get(room)?.isStanding === false
  }

  hear(frame: PushFrame): void {
    this.#rooms.get(frame.room)?.hear(frame)
  }

  /** A connection stands. */
  begin(): void {
    for (const subscription of this.#rooms.values()) void subscription.begin()
  }

  /** The connection is gone. */
  halt(): void {
    for (const subscription of this.#rooms.values()) subscription.halt()
  }

  #open(room: string): RoomSubscription {
    const subscription: RoomSubscription = new RoomSubscription({
      room,
      subscribe: (frame) => this.#subscribe(frame),
      onReady: () => this.#options.onReady(room),
      onEnd: () => {
        if (this.#rooms.get(room) !== subscription) return
        this.#rooms.delete(room)
        this.#options.onEnd(room)
      },
    })
    this.#rooms.set(room, subscription)
    return subscription
  }

  async #subscribe(frame: ClientFrame): Promise<FrameOf<'subscribed'>> {
    await this.#pace.turn()
    return (await this.#options.ask(frame)) as FrameOf<'subscribed'>
  }

  /** Nobody waits for the answer: a connection that ends forgets the room by itself. */
  #leave(room: string, subscription: RoomSubscription): void {
    subscription.halt()
    this.#rooms.delete(room)
    this.#options.onEnd(room)
    this.#options.ask({ type: 'unsubscribe', room }).catch(() => undefined)
  }
}
