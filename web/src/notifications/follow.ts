import type { LiveStream } from '../api/live.ts'
import type { Notification } from '../api/types.ts'
import { whenOpen } from '../api/when-open.ts'
import { language } from '../text/index.ts'
import { announce } from '../ui/announcer.tsx'
import type { InboxVisit } from './inbox-visit.ts'
import { sentenceOf, wordsOf } from './sentence.ts'

/** Keeps a visit true by what the stream tells, until the answer is called. */
export function follow(stream: LiveStream, visit: InboxVisit): () => void {
  const told = ({ notification }: { notification: Notification }): void => visit.told(notification)
  const ends = [
    stream.on('notification.created', (event) => {
      told(event)
      announce(wordsOf(sentenceOf(event.notification, language.value)))
    }),
    stream.on('notification.updated', told),
    stream.on('notification.deleted', ({ ids }) => visit.gone(ids)),
    stream.onGap((topics) => {
      if (topics.includes('notifications')) void visit.reload()
    }),
    whenOpen(stream, () => void visit.reload()),
  ]
  return () => {
    for (const end of ends) end()
  }
}
