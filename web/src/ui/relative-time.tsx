import { format } from '../text/index.ts'
import { now } from './now.ts'

/** How long ago something was, kept true; the exact moment as a tooltip and for machines. */
export function RelativeTime({ at }: { at: string }) {
  return (
    <time datetime={at} title={format.value.dateTime(at)}>
      {format.value.relative(at, now.value)}
    </time>
  )
}
