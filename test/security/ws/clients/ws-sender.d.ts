import type { RawData } from 'ws'

declare module 'ws' {
  /** What it makes its frames with. It exports it, and @types/ws leaves it out. */
  export const Sender: {
    frame(
      data: RawData,
      options: { opcode: number; fin: boolean; mask: boolean; readOnly: boolean; rsv1: boolean },
    ): Buffer[]
  }
}
