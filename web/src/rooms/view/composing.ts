import { isVisible } from '../../text/visible.ts'

/** Of one message: docs/protocol.md. */
export const mostBytes = 4096
export const mostPictures = 10

/** As it is sent: normal form C, without what only surrounds it, and without controls that the room refuses. Empty when nothing of it would be seen. */
export function bodyToSend(written: string): string {
  const body = written
    .toWellFormed()
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\t\n\u007f-\u009f]/gu, '')
    .replace(/^\n+|\s+$/gu, '')
  return isVisible(body) ? body : ''
}

const encoder = new TextEncoder()

export function bytesOf(body: string): number {
  return encoder.encode(body).length
}

/**
 * Whole seconds until somebody may write again where one message in `seconds` is asked for; 0: now. Never more than `seconds`, whatever clocks say: the
 * room asks for no more either. Both times are the servers'.
 */
export function slowModeLeft(lastSaidAt: number | undefined, seconds: number, now: number): number {
  if (lastSaidAt === undefined || seconds === 0) return 0
  return Math.min(seconds, Math.max(0, Math.ceil((lastSaidAt + seconds * 1000 - now) / 1000)))
}

export type Silence = 'over' | 'closing' | 'muted'

/** Why nothing can be written here, if nothing can. */
export function silenceOf(room: {
  isOver: boolean
  state: 'open' | 'closing' | 'closed'
  speak: 'members' | 'mentors'
  hasWord: boolean
  keepsOrder: boolean
}): Silence | undefined {
  if (room.state === 'closed') return 'over'
  if (room.state === 'closing' || room.isOver) return 'closing'
  return room.speak === 'mentors' && !room.hasWord && !room.keepsOrder ? 'muted' : undefined
}
