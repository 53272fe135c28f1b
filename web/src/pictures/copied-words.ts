/**
 * Whether words were copied, though files came with them. Office programs put a picture of what was copied beside its words. A file
 * manager puts the names, paths or addresses of files beside the files: those are no words.
 */
export function isCopiedText(text: string, files: readonly Pick<File, 'name'>[]): boolean {
  const names = new Set(files.map(({ name }) => name.normalize()))
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  return lines.some((line) => !line.startsWith('file:') && !names.has(lastPart(line.normalize())))
}

function lastPart(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? ''
}
