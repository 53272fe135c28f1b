import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { Closing } from '../../api/types.ts'
import { client } from '../wires.ts'
import { isFinal } from '../../api/closing.ts'
import { lookAgainMs } from './closing-steps.ts'

export interface ClosingLook {
  /** Undefined until it is known. */
  closing: Closing | undefined
  /** The last look failed; there will be another. */
  hasTrouble: boolean
  /** Nobody is closing the room, or there is none. */
  isMissing: boolean
}

const nothingYet: ClosingLook = { closing: undefined, hasTrouble: false, isMissing: false }

/** Looks how far the end of a room is until it is over, ever less often, and at once when `pulse` changes. */
export function useClosing(room: string, pulse: unknown): ClosingLook {
  const [seen, setSeen] = useState(nothingYet)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    async function look(looks: number): Promise<void> {
      const found = await lookAt(room)
      if (isGone) return
      setSeen((before) => ({ ...found, closing: found.closing ?? before.closing }))
      if (found.isMissing || (found.closing !== undefined && isFinal(found.closing))) return
      timer = setTimeout(() => void look(looks + 1), lookAgainMs(looks))
    }
    void look(0)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [room, pulse])
  return seen
}

async function lookAt(room: string): Promise<ClosingLook> {
  try {
    return { ...nothingYet, closing: await client.rooms.closing(room) }
  } catch (error) {
    const isMissing = error instanceof ApiProblem && (error.code === 'not_found' || error.code === 'bad_input')
    return { ...nothingYet, isMissing, hasTrouble: !isMissing }
  }
}
