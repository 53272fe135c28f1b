import type { RawData } from 'ws'

/** What a frame may name for its answer. Each is answered once. */
export type Ref = string | number

const mostRefLength = 64

/** Undefined where it is no JSON. */
export function parseJson(data: RawData): unknown {
  try {
    const value: unknown = JSON.parse(data.toString())
    return value
  } catch {
    return undefined
  }
}

/** The `ref` of a frame whose other members may be anything. */
export function refOf(value: unknown): Ref | undefined {
  if (typeof value !== 'object' || value === null || !('ref' in value)) return undefined
  const { ref } = value
  if (typeof ref === 'string') return ref.length > 0 && ref.length <= mostRefLength ? ref : undefined
  return Number.isSafeInteger(ref) ? (ref as number) : undefined
}
