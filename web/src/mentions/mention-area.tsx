import { useRef } from 'preact/hooks'
import { joinRefs } from '../ui/join-refs.ts'
import { TextArea } from '../ui/text-area.tsx'
import type { TextAreaProps } from '../ui/text-area.tsx'
import { useMentions } from './use-mentions.tsx'

/** A text area that completes mentions. `onKeyDown` is not told of keys that the completion took. */
export function MentionArea({ areaRef, onKeyDown, ...props }: TextAreaProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const mentions = useMentions(area, props.onInput)
  return (
    <>
      <TextArea
        {...props}
        {...mentions.ties}
        areaRef={joinRefs(area, areaRef)}
        onKeyDown={(event) => {
          if (!mentions.onKeyDown(event)) onKeyDown?.(event)
        }}
      />
      {mentions.list}
    </>
  )
}
