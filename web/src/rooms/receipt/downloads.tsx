import { useState } from 'preact/hooks'
import type { SignedReceipt } from '../../api/types.ts'
import { problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast-state.ts'
import { client } from '../wires.ts'
import { saveFile } from './save-file.ts'
import { text } from './text.ts'

/** The three files with which anybody can check a receipt, and the transcript for reading. */
export function Downloads({ room, signed }: { room: string; signed: SignedReceipt }) {
  const words = text.value
  return (
    <section class="receipt-part">
      <h2>{words.downloads}</h2>
      <p class="receipt-hint">{words.downloadsHint}</p>
      <p class="receipt-files">
        <Download label={words.receiptFile} name={`receipt-${room}.json`} read={async () => jsonOf(signed)} />
        <Download
          label={words.transcriptFile}
          name={`transcript-${room}.ndjson`}
          read={async () => (await client.rooms.transcript(room)).blob()}
        />
        <Download label={words.keysFile} name="keys.json" read={async () => jsonOf(await client.rooms.receiptKeys())} />
      </p>
      {/* A browser that goes there asks for a page. */}
      <a class="receipt-page-link" href={client.rooms.transcriptUrl(room)} target="_blank" rel="noopener">
        <Icon name="external" />
        {words.page}
      </a>
    </section>
  )
}

interface DownloadProps {
  label: string
  name: string
  read: () => Promise<Blob>
}

function Download({ label, name, read }: DownloadProps) {
  const [isBusy, setBusy] = useState(false)
  async function save(): Promise<void> {
    setBusy(true)
    try {
      saveFile(name, await read())
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button icon="download" isBusy={isBusy} onClick={() => void save()}>
      {label}
    </Button>
  )
}

function jsonOf(value: unknown): Blob {
  return new Blob([JSON.stringify(value)], { type: 'application/json' })
}
