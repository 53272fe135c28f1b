import { useState } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isComposing } from '../ui/hotkeys.ts'
import { TextArea } from '../ui/text-area.tsx'
import { text } from './draft-text.ts'
import { UploadPicture } from './upload-picture.tsx'
import type { Upload } from './uploads.ts'

/** Of one picture: docs/protocol.md. */
const mostAlt = 1000

/** What a picture shows, for those who do not see it. Closing it keeps what was written. */
export function DescribeDialog({ item, onDone }: { item: Upload; onDone: (alt: string) => void }) {
  const [alt, setAlt] = useState(item.alt)
  const done = (): void => onDone(alt.trim())
  return (
    <Dialog
      title={text.value.describeTitle}
      onClose={done}
      footer={
        <Button look="main" onClick={done}>
          {text.value.done}
        </Button>
      }
    >
      <div class="describe">
        <div class="describe-picture">
          <UploadPicture item={item} />
        </div>
        <TextArea
          label={text.value.description}
          hint={text.value.describeHint}
          isOptional
          value={alt}
          most={mostAlt}
          rows={3}
          onInput={setAlt}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isComposing(event)) done()
          }}
        />
      </div>
    </Dialog>
  )
}
