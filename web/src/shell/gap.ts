import { useEffect, useRef } from 'preact/hooks'
import type { Topic } from '../api/live.ts'
import { live } from './live.ts'

/** Calls when something of a topic was missed, or somebody is not there for me any more, or is again: what is shown of it has to be read anew. */
export function useGap(topic: Topic, readAnew: () => void): void {
  const stream = live.value?.stream
  const latest = useRef(readAnew)
  latest.current = readAnew
  useEffect(() => stream?.onGap((topics) => void (topics.includes(topic) && latest.current())), [stream, topic])
}
