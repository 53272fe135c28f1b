import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../../tools/ports.ts'

const startsWithinMs = 60_000

/** A Chromium that nothing but `work` tells what to do, by the port that it is given. Its profile is empty, and gone afterwards. */
export async function inOwnChromium<T>(program: string, work: (port: number) => Promise<T>): Promise<T> {
  const port = await freePort()
  const profile = mkdtempSync(path.join(tmpdir(), 'madang-look-'))
  const args = [
    '--headless=new',
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    `--remote-debugging-port=${port}`,
    'about:blank',
  ]
  const child = spawn(program, args, { stdio: 'ignore' })
  const ended = once(child, 'close')
  try {
    await untilItAnswers(port, () => child.exitCode !== null)
    return await work(port)
  } finally {
    child.kill()
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

async function untilItAnswers(port: number, hasEnded: () => boolean): Promise<void> {
  const deadline = performance.now() + startsWithinMs
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => undefined)
    if (answer?.ok === true) return
    if (hasEnded() || performance.now() > deadline) throw new Error('Chromium did not start')
    await setTimeout(100)
  }
}
