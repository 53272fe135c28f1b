import { useState } from 'preact/hooks'
import { problemText } from '../text/index.ts'
import { Button } from './button.tsx'
import { saveFile } from './save-file.ts'
import { toast } from './toast-state.ts'

export interface SaveButtonProps {
  label: string
  /** Of the file. */
  name: string
  /** What is saved, read when it is asked for. */
  read: () => Promise<Blob>
}

/** Saves a file, and says so when it cannot be had. */
export function SaveButton({ label, name, read }: SaveButtonProps) {
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
