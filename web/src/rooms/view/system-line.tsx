import { format } from '../../text/index.ts'
import { readMove, readSettings } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { text as roomText } from '../text.ts'
import { useRoom } from '../visit/room-context.ts'
import type { Faces } from '../visit/faces.ts'
import { text } from './text.ts'

/** What the room itself says: who came and went, what was changed, that it is over. */
export function SystemLine({ id, rows }: { id: string; rows: readonly Row[] }) {
  const { faces } = useRoom()
  const lines = wordsOf(rows, faces)
  const [first] = rows
  if (lines.length === 0 || first === undefined) return <div data-key={id} hidden />
  return (
    <div class="room-line" data-key={id} title={format.value.dateTime(first.at)}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}

/** Several who came or went one after the other are one sentence each way. */
function wordsOf(rows: readonly Row[], faces: Faces): string[] {
  const [first] = rows
  if (first === undefined) return []
  if (first.kind !== 'join' && first.kind !== 'leave') return rows.flatMap((row) => sentencesOf(row, faces))
  const last = new Map<string, string>()
  for (const row of rows) {
    const who = row.content === null ? undefined : readMove(row.content).who
    if (who !== undefined) last.set(who, row.kind)
  }
  const those = (kind: string): string[] =>
    [...last].filter(([, change]) => change === kind).map(([name]) => nameOf(name, faces))
  const [joined, left] = [those('join'), those('leave')]
  return [
    ...(joined.length === 0 ? [] : [text.value.joined(joined)]),
    ...(left.length === 0 ? [] : [text.value.left(left)]),
  ]
}

function sentencesOf(row: Row, faces: Faces): string[] {
  const words = text.value
  if (row.kind === 'closed') return [words.closed]
  if (row.content === null) return []
  if (row.kind === 'settings') return settingsWords(row, faces)
  const move = readMove(row.content)
  const [who, by] = [nameOf(move.who, faces), nameOf(move.by, faces)]
  switch (row.kind) {
    case 'kick':
      return [words.kicked(who, by)]
    case 'ban':
      return [words.banned(who, by)]
    case 'unban':
      return [words.unbanned(who, by)]
    case 'word':
      return [words.word(who, by)]
    case 'unword':
      return [words.unword(who, by)]
    default:
      // More kinds will come; what is not known is passed over.
      return []
  }
}

function nameOf(name: string | undefined, faces: Faces): string {
  return name === undefined || name === '' ? roomText.value.somebody : faces.nameOf(name)
}

function settingsWords(row: Row, faces: Faces): string[] {
  const words = text.value
  const { by: name, changed } = readSettings(row.content ?? {})
  const by = nameOf(name, faces)
  const lines = [
    changed.name === undefined ? undefined : words.setName(by, changed.name),
    changed.topic === undefined ? undefined : words.setTopic(by, changed.topic),
    changed.seats === undefined ? undefined : words.setSeats(by, changed.seats),
    changed.entry === undefined ? undefined : words.setEntry(by, changed.entry === 'open'),
    changed.speak === undefined ? undefined : words.setSpeak(by, changed.speak === 'members'),
    changed.slowModeSeconds === undefined ? undefined : words.setSlow(by, changed.slowModeSeconds),
  ].filter((line) => line !== undefined)
  return lines.length === 0 ? [words.changed(by)] : lines
}
