import { isEmojiAlone, piecesOf } from './linked-text.ts'

/** What somebody wrote: as data, with its addresses and mentions as links. */
export function BodyText({ body }: { body: string }) {
  return (
    <div class="message-body" dir="auto" data-large={isEmojiAlone(body) || undefined}>
      {piecesOf(body).map((piece, place) => {
        switch (piece.type) {
          case 'text':
            return piece.text
          case 'link':
            return (
              <a key={place} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
                {piece.text}
              </a>
            )
          case 'mention':
            return (
              <a key={place} class="message-mention" href={`/people/${piece.username}`}>
                {piece.text}
              </a>
            )
          default:
            return piece satisfies never
        }
      })}
    </div>
  )
}
