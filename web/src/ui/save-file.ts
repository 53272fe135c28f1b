/** Longer than any browser takes to begin saving. */
const keptMs = 60_000

/** Saves bytes as a file, as if they had been downloaded. */
export function saveFile(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), keptMs)
}
