import { Device } from './device.ts'
import { Person } from './person.ts'
import type { Run } from './run.ts'

/** A person with their sockets. */
export interface Attendant {
  person: Person
  devices: readonly Device[]
}

const enterWithinMs = 60_000
const enterAtOnce = 4
/** Of people with a second device, and of devices that go past Nginx where there is another way. */
const secondDeviceShare = 0.2
const pastNginxShare = 0.3

/** Everybody who takes part: the first ones are mentors. */
export class Crowd {
  readonly #run: Run
  readonly #people: Attendant[] = []
  readonly #mentors: number

  constructor(run: Run) {
    this.#run = run
    this.#mentors = Math.min(run.options.rooms, Math.max(1, Math.floor(run.options.people / 4)))
  }

  get people(): readonly Attendant[] {
    return this.#people
  }

  get mentors(): readonly Attendant[] {
    return this.#people.slice(0, this.#mentors)
  }

  /** Sockets that stand. */
  get connected(): number {
    return this.#people.flatMap(({ devices }) => devices).filter(({ isReady }) => isReady).length
  }

  /** Signs everybody up and connects them. Throws when the system does not let them in. */
  async gather(): Promise<void> {
    const people = Array.from({ length: this.#run.options.people }, (_, index) => newPerson(this.#run, index))
    const waiting = people.values()
    const enter = async (): Promise<void> => {
      for (const person of waiting) await person.enter(enterWithinMs)
    }
    await Promise.all(Array.from({ length: enterAtOnce }, enter))
    for (const person of people.slice(0, this.#mentors)) {
      await this.#run.options.grantMentor(person.username)
      // Where a role travels in the token, it is in the next one.
      await person.renew()
    }
    this.#people.push(...people.map((person) => ({ person, devices: devicesOf(this.#run, person) })))
  }

  leave(): void {
    for (const { devices } of this.#people) for (const device of devices) device.close()
  }
}

/** Names come back with the seed: a run on the same stack finds its accounts again. */
function newPerson(run: Run, index: number): Person {
  const { seed } = run.options
  const { hostname } = run.doors[0].address
  const isLoopback = process.platform === 'linux' && (hostname === '127.0.0.1' || hostname === 'localhost')
  return new Person({
    username: `load_${seed.toString(36)}_${index}`,
    password: `the load of seed ${seed} has a password`,
    doors: run.doors,
    from: isLoopback ? `127.${1 + (index >> 8)}.${index & 255}.1` : undefined,
    complaints: run.complaints,
    over: run.over,
  })
}

function devicesOf(run: Run, person: Person): Device[] {
  const chance = run.chance.fork(`devices of ${person.username}`)
  const count = chance.is(secondDeviceShare) ? 2 : 1
  return Array.from({ length: count }, (_, index) => {
    const door = chance.is(pastNginxShare) ? chance.of(run.doors) : run.doors[0]
    return new Device({
      ...{ name: `${person.username}/${index + 1}`, person, door, over: run.over },
      onOddity: (detail) => run.notes.remark(detail),
      onRefused: (ending) => run.complaints.hear(ending, 'socket'),
    })
  })
}
