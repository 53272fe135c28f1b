import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/** One thing that somebody says. */
export interface SpokenLine {
  speaker: string
  text: string
}

export interface ChatLog {
  name: string
  lines: SpokenLine[]
  /** Names as the log spells them, in the order of their first line. */
  speakers: string[]
  /** Messages that were too long for one and were sent as several. */
  split: number
}

const mostBytes = 4096
/** Colours and bold of old chats, which no message may carry, and the carriage returns of old files. */
const controls = /[^\P{Cc}\t\n]/gu

/**
 * Reads a chat log: `[hh:mm] <nick> text`, `[hh:mm]  * nick does`, `=== …` for what the room itself says, or a CSV of
 * `question,answer,label` as a conversation of two. Text is brought to NFC without control characters; what is longer than a message may be is split
 * between two characters. Throws one readable line when a file holds nothing that anybody said.
 */
export async function readChatLog(file: string): Promise<ChatLog> {
  const text = (await readFile(file, 'utf8')).normalize('NFC').replaceAll(controls, '')
  const isTable = file.endsWith('.csv')
  const said = isTable ? rowsOf(text).slice(1).flatMap(spokenInRow) : text.split(/\r?\n/).map(spokenInLine)
  const spoken = said.filter((line) => line !== undefined && line.text !== '') as SpokenLine[]
  if (spoken.length === 0) throw new Error(`${file}: nobody says anything in it`)
  const lines = spoken.flatMap(({ speaker, text: whole }) => pieces(whole).map((piece) => ({ speaker, text: piece })))
  return {
    name: basename(file).replace(/\.[^.]+$/, ''),
    lines,
    speakers: [...new Set(lines.map((line) => line.speaker))],
    split: spoken.filter((line) => Buffer.byteLength(line.text) > mostBytes).length,
  }
}

const saidPattern = /^\[\d\d:\d\d\] <([^>]+)> ?(.*)$/
const donePattern = /^\[\d\d:\d\d\] +\* (\S+) (.*)$/

function spokenInLine(line: string): SpokenLine | undefined {
  const said = saidPattern.exec(line)
  if (said?.[1] !== undefined) return { speaker: said[1], text: (said[2] ?? '').trim() }
  const done = donePattern.exec(line)
  if (done?.[1] !== undefined) return { speaker: done[1], text: `* ${(done[2] ?? '').trim()}` }
  return undefined
}

function spokenInRow([question, answer]: string[]): SpokenLine[] {
  return [
    { speaker: 'Q', text: (question ?? '').trim() },
    { speaker: 'A', text: (answer ?? '').trim() },
  ]
}

/** RFC 4180: a field in quotes may hold commas, line feeds, and quotes as two. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  return rows
}

function pieces(text: string): string[] {
  if (Buffer.byteLength(text) <= mostBytes) return [text]
  const parts: string[] = []
  let part = ''
  for (const character of text) {
    if (Buffer.byteLength(part) + Buffer.byteLength(character) > mostBytes) {
      parts.push(part.trim())
      part = ''
    }
    part += character
  }
  return [...parts, part.trim()].filter((piece) => piece !== '')
}
