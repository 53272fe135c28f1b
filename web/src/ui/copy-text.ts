import { toast } from './toast-state.ts'

/** Puts a text into the clipboard and says so. Where there is none (an address that is not secure, a browser that refuses) it is shown, to be copied by hand. */
export async function copyText(text: string, copied: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast({ text: copied })
  } catch {
    toast({ text })
  }
}
