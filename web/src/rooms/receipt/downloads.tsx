import type { SignedReceipt } from '../../api/types.ts'
import { Icon } from '../../ui/icon.tsx'
import { SaveButton } from '../../ui/save-button.tsx'
import { client } from '../wires.ts'
import { text } from './text.ts'

/** The three files with which anybody can check a receipt, and the transcript for reading. */
export function Downloads({ room, signed }: { room: string; signed: SignedReceipt }) {
  const words = text.value
  return (
    <section class="receipt-part">
      <h2>{words.downloads}</h2>
      <p class="receipt-hint">{words.downloadsHint}</p>
      <p class="receipt-files">
        <SaveButton label={words.receiptFile} name={`receipt-${room}.json`} read={async () => jsonOf(signed)} />
        <SaveButton
          label={words.transcriptFile}
          name={`transcript-${room}.ndjson`}
          read={async () => (await client.rooms.transcript(room)).blob()}
        />
        <SaveButton
          label={words.keysFile}
          name="keys.json"
          read={async () => jsonOf(await client.rooms.receiptKeys())}
        />
      </p>
      {/* A browser that goes there asks for a page. */}
      <a class="receipt-page-link" href={client.rooms.transcriptUrl(room)} target="_blank" rel="noopener">
        <Icon name="external" />
        {words.page}
      </a>
    </section>
  )
}

function jsonOf(value: unknown): Blob {
  return new Blob([JSON.stringify(value)], { type: 'application/json' })
}
