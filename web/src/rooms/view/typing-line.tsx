import { useRoom } from '../visit/room-context.ts'
import { text } from './text.ts'

/** Who writes at the moment. Not read out: it would never stop. */
export function TypingLine() {
  const { visit, faces, me } = useRoom()
  const names = visit.typing.names.value.filter((name) => name !== me).map((name) => faces.nameOf(name))
  return (
    <p class="room-typing" aria-hidden="true">
      {names.length > 0 && (
        <>
          <span class="room-typing-dots">
            <i />
            <i />
            <i />
          </span>
          {text.value.typing(names)}
        </>
      )}
    </p>
  )
}
