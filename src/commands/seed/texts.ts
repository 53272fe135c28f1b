import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readChatLog } from '../replay/chat-log.ts'

const ownCorpus = ['ko.txt', 'en.txt'].map((name) => fileURLToPath(new URL(`corpus/${name}`, import.meta.url)))

/**
 * What seeded people say, one piece a line: from files, or from the small corpus of the project. A `.csv` and a chat log
 * (`[hh:mm] <nick> text`) are read as `npm run replay` reads them, any other file by its lines.
 */
export async function readTexts(files: readonly string[]): Promise<string[]> {
  const lists = await Promise.all((files.length === 0 ? ownCorpus : files).map(readFileOfTexts))
  return lists.flat()
}

async function readFileOfTexts(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  if (file.endsWith('.csv') || /^\[\d\d:\d\d\] /m.test(text)) {
    return (await readChatLog(file)).lines.map((line) => line.text)
  }
  const lines = text
    .normalize('NFC')
    .replaceAll(/[^\P{Cc}\t\n]/gu, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`${file}: nothing is written in it`)
  return lines
}
