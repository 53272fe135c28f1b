import './picture-setting.css'
import { useRef, useState } from 'preact/hooks'
import type { Account } from '../api/types.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { confirm } from '../ui/confirm.tsx'
import { Progress } from '../ui/spinner.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { PictureCrop } from './picture-crop.tsx'
import { takeOffPicture, wearPicture } from './picture-upload.ts'
import { text } from './settings-text.ts'

/** The picture of a profile: chosen, cut to a square, sent, and taken away. */
export function PictureSetting({ account }: { account: Account }) {
  const words = text.value
  const [chosen, setChosen] = useState<ImageBitmap>()
  const [share, setShare] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const sending = useAction(async (file: Blob) => {
    setShare(0)
    await wearPicture(file, setShare)
    toast({ text: text.value.pictureKept })
  })
  const removing = useAction(async () => {
    await takeOffPicture()
    toast({ text: text.value.pictureRemoved })
  })
  const problem = sending.problem ?? removing.problem

  async function open(file: File | undefined): Promise<void> {
    if (file === undefined) return
    try {
      setChosen(await createImageBitmap(file))
    } catch {
      toast({ text: words.pictureUnreadable, tone: 'danger' })
    }
  }
  async function remove(): Promise<void> {
    const question = { title: words.removePictureTitle, body: words.removePictureBody, yes: words.removePicture }
    if (await confirm({ ...question, isDangerous: true })) await removing.run()
  }

  return (
    <section class="picture-setting" aria-label={words.picture}>
      <Avatar person={account} size="huge" />
      <div class="picture-setting-side">
        <p class="picture-setting-name">{account.displayName}</p>
        <p class="picture-setting-username">@{account.username}</p>
        <div class="picture-setting-actions">
          <Button icon="camera" size="small" isBusy={sending.isBusy} onClick={() => input.current?.click()}>
            {account.picture === null ? words.choosePicture : words.changePicture}
          </Button>
          {account.picture !== null && (
            <Button look="quiet" size="small" isBusy={removing.isBusy} onClick={() => void remove()}>
              {words.removePicture}
            </Button>
          )}
        </div>
        {sending.isBusy && (
          <Progress label={share < 1 ? words.uploading : words.preparing} share={share < 1 ? share : undefined} />
        )}
        {problem !== undefined && <ErrorLine problem={problem} />}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={words.choosePicture}
        onChange={(event) => {
          void open(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
      {chosen !== undefined && (
        <PictureCrop
          picture={chosen}
          onClose={() => setChosen(undefined)}
          onChoose={(file) => {
            setChosen(undefined)
            void sending.run(file)
          }}
        />
      )}
    </section>
  )
}
