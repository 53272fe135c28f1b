import { cpSync } from 'node:fs'
import path from 'node:path'
import { startDrillStack } from '../stack/stack.ts'
import type { DrillStack } from '../stack/stack.ts'
import { silentProgress } from '../../tools/progress.ts'
import type { Progress } from '../../tools/progress.ts'
import { ownSite } from './own-site.ts'
import type { Screen } from './screen.ts'
import type { Site, Sites } from './site.ts'

/** One stack for all runs, as long as it is well. */
export class OwnStacks implements Sites {
  readonly #screen: Screen
  readonly #isKept: boolean
  #progress: Progress
  #stack: DrillStack | undefined
  #closing: Promise<void> | undefined

  constructor(options: { progress: Progress; screen: Screen; isKept: boolean }) {
    this.#progress = options.progress
    this.#screen = options.screen
    this.#isKept = options.isKept
  }

  get remarks(): readonly string[] {
    const settings = this.#stack?.unusual ?? []
    return [`Settings other than on a site: ${settings.join(' ')}`]
  }

  async site(): Promise<Site> {
    this.#stack ??= await startDrillStack({
      progress: this.#progress,
      onSay: (text) => this.#screen.say(text),
      name: 'stack',
    })
    this.#progress = silentProgress
    return ownSite(this.#stack)
  }

  async renew(folder: string): Promise<void> {
    const stack = this.#stack
    this.#stack = undefined
    if (stack === undefined) return
    cpSync(path.join(stack.folder, 'logs'), path.join(folder, 'logs'), { recursive: true })
    await stack.stop({ isKept: false })
  }

  /** Once, however often it is asked. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#stack?.stop({ isKept: this.#isKept })
    if (this.#isKept && this.#stack !== undefined)
      this.#screen.say(`The stack's data are kept in ${this.#stack.folder}`)
  }
}
