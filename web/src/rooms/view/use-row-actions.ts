import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { problemText } from '../../text/index.ts'
import { announce } from '../../ui/announcer.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { hasLostFocus } from '../../ui/focus.ts'
import { toast } from '../../ui/toast-state.ts'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { formatPlace, parsePlace } from '../model/places.ts'
import { keyOf } from '../model/view.ts'
import type { RowActions } from '../visit/room-context.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { useSocket } from '../wires.ts'
import type { Reader } from './reader.ts'
import { focusComposer } from './room-keys.ts'
import { text } from './text.ts'

interface RowActionParts {
  visit: RoomVisit
  reader: Reader
  me: string
  /** Nothing can be written at the moment. */
  isSilent: boolean
}

/** What is done with messages, and which one is answered or edited at the moment. */
export function useRowActions({ visit, reader, me, isSilent }: RowActionParts) {
  const socket = useSocket()
  const [replyTo, setReplyTo] = useState<Row | undefined>(undefined)
  const [editing, setEditing] = useState<Row | undefined>(undefined)
  const [saving, setSaving] = useState<Row | undefined>(undefined)
  const wasEditing = useRef(false)
  useLayoutEffect(() => {
    // The field that had the focus is gone with the edit.
    if (wasEditing.current && editing === undefined && hasLostFocus()) focusComposer()
    wasEditing.current = editing !== undefined
  }, [editing])
  // The field is gone with what was in it: who gets the word again goes on with their draft.
  useLayoutEffect(() => {
    if (!isSilent) return
    setReplyTo(undefined)
    setEditing(undefined)
  }, [isSilent])

  function stop(): void {
    setReplyTo(undefined)
    setEditing(undefined)
    focusComposer()
  }
  /** Unless something else is being answered by now. */
  function replyAgain(row: Row): void {
    setReplyTo((now) => now ?? row)
  }
  const change = async (frame: Parameters<typeof socket.change>[0]): Promise<void> => {
    try {
      await socket.change(frame)
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
    }
  }

  const actions = useMemo<RowActions>(() => {
    const about = (row: Row): { room: string; target: string } => ({ room: visit.id, target: formatPlace(row) })
    return {
      reply(row) {
        setEditing(undefined)
        setReplyTo(row)
      },
      edit(row) {
        setReplyTo(undefined)
        setEditing(row)
      },
      async remove(row) {
        const words = text.value
        const body = row.from === me ? words.removeOwn : words.removeOther(row.from ?? '')
        if (await confirm({ title: words.removeTitle, body, yes: words.remove, isDangerous: true })) {
          await change({ type: 'delete', ...about(row) })
        }
      },
      react(row, emoji) {
        const isMine = row.reactions.some((reaction) => reaction.emoji === emoji && reaction.isMine)
        void change({ type: 'react', ...about(row), emoji, action: isMine ? 'remove' : 'add' })
      },
      async copy(row) {
        if (row.content === null) return
        await copyText(readSaid(row.content).body, text.value.copied)
      },
      async jumpTo(place) {
        const parsed = parsePlace(place)
        if (parsed === undefined) return
        if (visit.log.rowAt(parsed) === undefined) announce(text.value.looking)
        try {
          const row = await visit.pages.find(parsed)
          if (row === undefined) return toast({ text: text.value.notFound })
          reader.show(row, keyOf(row.from, row.id))
        } catch (error) {
          toast({ text: problemText(error), tone: 'danger' })
        }
      },
    }
  }, [visit, reader, me, socket])

  /** What was written stays in the field until the room has it, which is answered. Meanwhile one may leave it, also for another one. */
  async function saveEdit(row: Row, body: string): Promise<boolean> {
    if (row.content !== null && readSaid(row.content).body === body) {
      stop()
      return true
    }
    setSaving(row)
    try {
      await socket.change({ type: 'edit', room: visit.id, target: formatPlace(row), body })
      setEditing((now) => (now === row ? undefined : now))
      return true
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
      return false
    } finally {
      setSaving((now) => (now === row ? undefined : now))
    }
  }
  return { actions, replyTo, editing, isSaving: saving !== undefined && saving === editing, stop, replyAgain, saveEdit }
}
