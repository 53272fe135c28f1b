import type { MessagePage } from '../../api/types.ts'
import type { LogPage } from '../model/log.ts'

/** What a page speaks for, by what was asked: up to `before`, from `after` on, or the newest. */
export function pageOf({ items, page, head }: MessagePage, asked: { before?: number; after?: number }): LogPage {
  const [first, last] = [items[0]?.seq, items.at(-1)?.seq]
  const newest = Math.max(head.seq, last ?? 0)
  const covers =
    asked.after === undefined
      ? {
          from: page.before === undefined ? 1 : (first ?? 1),
          to: asked.before === undefined ? newest : asked.before - 1,
        }
      : { from: asked.after + 1, to: page.after === undefined ? newest : (last ?? asked.after) }
  return { items, covers, head: { epoch: head.epoch, seq: head.seq } }
}
