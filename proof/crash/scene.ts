import type { ExecutionContext, TestFn } from 'ava'
import { crashPoints } from '../../src/platform/crash-point.ts'
import type { CrashPoint } from '../../src/platform/crash-point.ts'
import type { Lab, Strike } from './lab.ts'
import { scenarios } from './scenarios/index.ts'

/** One crash at one point, and everything that must hold afterwards. */
export interface Scene {
  t: ExecutionContext
  lab: Lab
  point: CrashPoint
  /** From now on the process dies at the point. */
  arm(): Promise<void>
  /** Resolves when it has died there, and is being started again. */
  struck(): Promise<void>
  /** Resolves when it works again. */
  restarted(): Promise<void>
}

/** Something that people do, by which a process passes a point. */
export interface Scenario {
  /** In words, as the end of a sentence. */
  when: string
  /** Of which kind the process is that dies: server-1 (everybody goes on with server-2), or worker-1 (the only one). */
  dies: 'server' | 'worker'
  play(scene: Scene): Promise<void>
}

/** A test for each scenario of each point at which a process of this kind dies. */
export function playAll(test: TestFn, lab: () => Lab, dies: Scenario['dies']): void {
  for (const point of crashPoints) {
    for (const scenario of scenarios[point].filter((one) => one.dies === dies)) {
      test.serial(`${dies} killed at "${point}" when ${scenario.when}`, async (t) => {
        t.timeout(240_000)
        const stage = new Stage(lab(), scenario)
        try {
          await scenario.play({
            ...{ t, point, lab: lab() },
            arm: () => stage.arm(point),
            struck: () => stage.struck(),
            restarted: () => stage.restarted(),
          })
        } finally {
          await stage.restarted()
        }
      })
    }
  }
}

class Stage {
  readonly #lab: Lab
  readonly #part: 'server-1' | 'worker-1'
  #strike: Strike | undefined
  #restart: Promise<void> = Promise.resolve()

  constructor(lab: Lab, { dies }: Scenario) {
    this.#lab = lab
    this.#part = dies === 'server' ? 'server-1' : 'worker-1'
  }

  async arm(point: CrashPoint): Promise<void> {
    this.#strike = await this.#lab.arm(this.#part, { point, passing: 1, signal: 'SIGKILL' })
  }

  async struck(): Promise<void> {
    if (this.#strike === undefined) throw new Error('nothing was armed')
    try {
      await this.#strike.struck()
    } finally {
      this.#restart = this.#startAgain()
    }
  }

  restarted(): Promise<void> {
    return this.#restart
  }

  async #startAgain(): Promise<void> {
    await this.#lab.stack.kill(this.#part)
    await this.#lab.stack.start(this.#part)
  }
}
