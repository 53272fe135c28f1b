import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import type { FoundPerson } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { announce } from '../ui/announcer.tsx'
import { isComposing } from '../ui/hotkeys.ts'
import { MentionCompletion, mostChoices } from './mention-completion.ts'
import { MentionList } from './mention-list.tsx'
import { text } from './text.ts'

/** What a text area is told of its completion, for screen readers. Not `role=combobox`, which a field of several lines may not be. */
export interface MentionTies {
  'aria-autocomplete': 'list'
  'aria-haspopup': 'listbox'
  'aria-controls': string | undefined
  'aria-activedescendant': string | undefined
}

export interface Mentions {
  /** For the text area. */
  ties: MentionTies
  /** To be rendered anywhere: it stands in the top layer. */
  list: ComponentChildren
  /** Whether the key was meant for the completion, and is done with. */
  onKeyDown: (event: KeyboardEvent) => boolean
}

/**
 * Completes mentions in a text area, also while a syllable is being composed. Up and Down choose, Enter and Tab take, Esc closes;
 * a key that belongs to a composition is never taken. A field that is not a `TextArea` can have it too: `MentionArea` is both.
 */
export function useMentions(area: RefObject<HTMLTextAreaElement | null>, onText: (text: string) => void): Mentions {
  const listId = useId()
  const composing = useRef(false)
  const completion = useMemo(newCompletion, [])
  const open = completion.choices.value

  useEffect(() => {
    const { current } = area
    if (current === null) return undefined
    const heard = new AbortController()
    const hear = (signs: readonly string[], listener: (event: Event) => void): void => {
      for (const sign of signs) current.addEventListener(sign, listener, { signal: heard.signal })
    }
    hear(['input', 'keyup', 'pointerup', 'focus'], () => completion.follow(current.value, caretIn(current)))
    hear(['compositionstart', 'compositionend'], ({ type }) => void (composing.current = type === 'compositionstart'))
    hear(['blur'], () => completion.close())
    return () => {
      heard.abort()
      completion.close()
    }
  }, [area, completion])

  function take(person: FoundPerson): void {
    const { current } = area
    if (current === null) return
    if (composing.current) endComposition(current)
    const next = completion.take(person, current.value, current.selectionStart)
    show(current, next)
    onText(next.text)
  }

  function onKeyDown(event: KeyboardEvent): boolean {
    if (open === undefined || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return false
    const { chosen } = completion
    if (event.key === 'ArrowDown') completion.step(1)
    else if (event.key === 'ArrowUp') completion.step(-1)
    else if (event.key === 'Escape') completion.dismiss()
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && chosen !== undefined) take(chosen)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  return {
    onKeyDown,
    ties: {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      'aria-controls': open && listId,
      'aria-activedescendant': open && `${listId}-${open.chosen}`,
    },
    list: open && <MentionList id={listId} area={area} people={open.people} chosen={open.chosen} onTake={take} />,
  }
}

function newCompletion(): MentionCompletion<FoundPerson> {
  return new MentionCompletion<FoundPerson>({
    find: (typed, signal) => api.people.find({ q: typed, limit: mostChoices + 1 }, signal),
    isMe: ({ id }) => id === me.value?.id,
    onFound: (count) => announce(text.value.found(count)),
  })
}

function caretIn({ selectionStart, selectionEnd }: HTMLTextAreaElement): number | undefined {
  return selectionStart === selectionEnd ? selectionStart : undefined
}

/** At once and not by the next rendering, which would put the caret at the end. */
function show(area: HTMLTextAreaElement, next: { text: string; caret: number }): void {
  area.value = next.text
  area.setSelectionRange(next.caret, next.caret)
}

/** A composition ends when the focus goes; what is put in while it is open would be overwritten by it. */
function endComposition(area: HTMLTextAreaElement): void {
  area.blur()
  area.focus()
}
