import './picture-tray.css'
import { useEffect, useState } from 'preact/hooks'
import { format, problemText } from '../text/index.ts'
import { announce } from '../ui/announcer.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { DescribeDialog } from './describe-dialog.tsx'
import { text } from './draft-text.ts'
import { UploadPicture } from './upload-picture.tsx'
import { isWorthATry } from './uploads.ts'
import type { Upload, Uploads } from './uploads.ts'
import { useReorder } from './use-reorder.ts'

export interface PictureTrayProps {
  uploads: Uploads
  /** The places of those that the server does not take (any more). */
  refused?: ReadonlySet<number>
}

/** The pictures of a draft: how far each is, their order, and what they show. */
export function PictureTray({ uploads, refused }: PictureTrayProps) {
  const [described, setDescribed] = useState<string | undefined>(undefined)
  const items = uploads.items.value
  useEffect(() => {
    const back = (): void => uploads.retryCutOff()
    // It may have come back while one looked at something else.
    if (navigator.onLine) back()
    addEventListener('online', back)
    return () => removeEventListener('online', back)
  }, [uploads])
  if (items.length === 0) return null
  const shown = items.find((item) => item.id === described)
  return (
    <>
      <ol class="tray" aria-label={text.value.tray}>
        {items.map((item, place) => (
          <Tile
            key={item.id}
            item={item}
            place={place}
            count={items.length}
            uploads={uploads}
            isRefused={refused?.has(place) === true}
            onDescribe={() => setDescribed(item.id)}
          />
        ))}
      </ol>
      {shown !== undefined && (
        <DescribeDialog
          item={shown}
          onDone={(alt) => {
            uploads.describe(shown.id, alt)
            setDescribed(undefined)
          }}
        />
      )}
    </>
  )
}

interface TileProps {
  item: Upload
  place: number
  count: number
  uploads: Uploads
  isRefused: boolean
  onDescribe: () => void
}

function Tile({ item, place, count, uploads, isRefused, onDescribe }: TileProps) {
  const reorder = useReorder({
    place,
    count,
    onMove(to) {
      uploads.move(place, to)
      announce(text.value.movedTo(to + 1, count))
    },
  })
  /** The focus goes to the next picture, or to where pictures come from. */
  function takeOut(button: HTMLButtonElement): void {
    const tile = button.closest('li')
    const near = (tile?.nextElementSibling ?? tile?.previousElementSibling)?.querySelector<HTMLElement>('.tray-remove')
    const source = button.closest('form')?.querySelector<HTMLElement>('textarea')
    uploads.remove(item.id)
    announce(text.value.removed(count - 1))
    const next = near ?? source
    next?.focus()
  }
  const isSending = item.state === 'sending' || item.state === 'waiting'
  const remove = isSending ? text.value.cancel(place + 1) : text.value.remove(place + 1)
  const isEmpty = item.problem?.faults.some(({ code }) => code === 'empty') ?? false
  const failure = item.problem === undefined ? undefined : isEmpty ? text.value.empty : problemText(item.problem)
  const problem = isRefused ? text.value.refused : failure
  return (
    <li class={classes('tray-tile', `tray-${item.state}`)} data-place={place}>
      <div class="tray-picture">
        <UploadPicture item={item} />
        {isSending && <Sending item={item} />}
        {count > 1 && <IconButton icon="grip" label={text.value.move(place + 1)} class="tray-grip" {...reorder} />}
        <IconButton icon="close" label={remove} class="tray-remove" onClick={(event) => takeOut(event.currentTarget)} />
      </div>
      {problem !== undefined && (
        <p class="tray-problem" role="alert">
          {problem}
        </p>
      )}
      <WhatNext item={item} onRetry={() => uploads.retry(item.id)} onDescribe={onDescribe} />
    </li>
  )
}

interface WhatNextProps {
  item: Upload
  onRetry: () => void
  onDescribe: () => void
}

/** Below a picture: what it shows, or once more. What would only fail again can be taken out, by the ✕ that is on each. */
function WhatNext({ item, onRetry, onDescribe }: WhatNextProps) {
  const looks = { look: 'quiet', size: 'small', isWide: true } as const
  if (isWorthATry(item)) {
    return (
      <Button {...looks} icon="refresh" onClick={onRetry}>
        {text.value.retry}
      </Button>
    )
  }
  if (item.state === 'failed') return null
  const isDescribed = item.alt !== ''
  return (
    <Button {...looks} icon={isDescribed ? 'check' : 'edit'} aria-haspopup="dialog" onClick={onDescribe}>
      {isDescribed ? text.value.described : text.value.describe}
    </Button>
  )
}

function Sending({ item }: { item: Upload }) {
  const { waiting, looking, sending } = text.value
  const words = item.part >= 1 ? looking : sending(format.value.percent(item.part))
  return (
    <span class="tray-way">
      <span>{item.state === 'waiting' ? waiting : words}</span>
      <progress class="tray-progress" value={item.part} max={1} aria-label={words} />
    </span>
  )
}
