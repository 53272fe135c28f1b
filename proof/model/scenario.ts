/** What happens in one exploration: who does what, what may go wrong, and how often. */
export interface Scenario {
  name: string
  /** A room that nobody has used, or one that was opened and holds a stored line. */
  room: 'new' | 'used'
  /** Lines of one client each: the batches in which they are handed to a server. */
  sends: readonly { server: Server; batches: readonly (readonly string[])[] }[]
  /** How often a client sends a line of which it does not know what became of it, in turn on each server. */
  tries: number
  closes: boolean
  workers: number
  jobs: readonly Job[]
  /** Ids that a sent hash takes before it is turned. */
  maxIds: number
  /** What may go wrong, and how often. */
  faults: Readonly<Partial<Record<Fault, number>>>
  mostFaults: number
}

export type Server = 'server 1' | 'server 2'
export type Job = 'flush' | 'drive' | 'sleep'

export type Fault =
  /** A server does not hear what became of its step. */
  | 'lost answer'
  /** Nor has it happened yet: it will, at any later time. */
  | 'late command'
  | 'death of a server'
  | 'death of a worker'
  /** Redis comes back with all it had. */
  | 'restart'
  /** Redis comes back as it was at an earlier time. */
  | 'rollback'
  | 'wipe'
  /** MySQL gives up a connection that says nothing; whoever has it finds out when it speaks. */
  | 'lost lock'
  /** Whoever waits for an epoch that another installs goes on though that one lives. */
  | 'impatience'

const calm: Scenario = {
  ...{
    name: 'calm',
    room: 'new',
    tries: 2,
    closes: false,
    workers: 0,
    jobs: [],
    sends: [],
    maxIds: 100,
    faults: {},
    mostFaults: 0,
  },
}

const from = (server: Server, ...batches: string[][]): Scenario['sends'][number] => ({ server, batches })

const a = from('server 1', ['a'])
const b = from('server 2', ['b'])

export const scenarios: readonly Scenario[] = [
  {
    ...calm,
    ...{ name: 'close', room: 'used', sends: [a], closes: true, workers: 1, jobs: ['drive'], mostFaults: 1 },
    faults: { 'lost answer': 1, 'death of a server': 1, 'death of a worker': 1 },
  },
  {
    ...calm,
    ...{ name: 'flush', room: 'used', sends: [a, b], tries: 1, workers: 2, jobs: ['flush'], mostFaults: 1 },
    faults: { 'death of a worker': 1 },
  },
  {
    ...calm,
    ...{
      name: 'pieces',
      room: 'used',
      sends: [from('server 1', ['a', 'b', 'c'])],
      tries: 1,
      workers: 2,
      jobs: ['flush'],
    },
    ...{ mostFaults: 1, faults: { 'death of a worker': 1 } },
  },
  {
    ...calm,
    ...{ name: 'pieces and rollback', room: 'used', sends: [from('server 1', ['a', 'b', 'c'])], tries: 1, workers: 1 },
    ...{ jobs: ['flush'], mostFaults: 2, faults: { 'death of a worker': 1, 'lost lock': 1, restart: 1, rollback: 1 } },
  },
  {
    ...calm,
    ...{ name: 'repeat', sends: [a, b], workers: 1, jobs: ['flush'], maxIds: 1, mostFaults: 1 },
    faults: { 'lost answer': 1 },
  },
  {
    ...calm,
    ...{ name: 'repeat by other clocks', sends: [from('server 1', ['c']), from('server 2', ['b'], ['a'])] },
    ...{ workers: 1, jobs: ['flush'], maxIds: 1, mostFaults: 1, faults: { 'lost answer': 1 } },
  },
  {
    ...calm,
    ...{ name: 'repeat over epochs', room: 'used', sends: [a], workers: 1, jobs: ['flush'], mostFaults: 2 },
    faults: { 'lost answer': 1, restart: 1, wipe: 1 },
  },
  {
    ...calm,
    ...{ name: 'late', room: 'used', sends: [a], workers: 1, jobs: ['flush'], mostFaults: 2 },
    faults: { 'late command': 1, restart: 1 },
  },
  {
    ...calm,
    ...{ name: 'order', sends: [from('server 1', ['a'], ['b'])], mostFaults: 1 },
    faults: { 'lost answer': 1, 'late command': 1, restart: 1 },
  },
  {
    ...calm,
    ...{ name: 'epochs', room: 'used', sends: [a, b], mostFaults: 2 },
    faults: { restart: 1, 'death of a server': 1, impatience: 1, 'lost lock': 1 },
  },
  {
    ...calm,
    ...{ name: 'restart', sends: [from('server 1', ['a'], ['b'])], workers: 1, jobs: ['flush'], mostFaults: 2 },
    faults: { restart: 2 },
  },
  {
    ...calm,
    ...{ name: 'rollback', room: 'used', sends: [a, b], tries: 1, mostFaults: 1, faults: { rollback: 1 } },
  },
  {
    ...calm,
    ...{
      name: 'rollback and flush',
      room: 'used',
      sends: [from('server 1', ['a'], ['b'])],
      tries: 1,
      workers: 1,
      jobs: ['flush'],
      mostFaults: 2,
    },
    faults: { rollback: 1, 'death of a server': 1 },
  },
  {
    ...calm,
    ...{ name: 'rollback over epochs', room: 'used', sends: [a], mostFaults: 3 },
    faults: { rollback: 1, restart: 1, 'death of a server': 1 },
  },
  {
    ...calm,
    ...{ name: 'wipe', sends: [a], workers: 1, jobs: ['flush'], mostFaults: 2 },
    faults: { wipe: 1, 'death of a server': 1, 'death of a worker': 1 },
  },
  {
    ...calm,
    ...{ name: 'close and wipe', room: 'used', closes: true, workers: 1, jobs: ['drive'], mostFaults: 1 },
    faults: { restart: 1, wipe: 1, 'death of a worker': 1 },
  },
  {
    ...calm,
    ...{ name: 'close and restart', room: 'used', sends: [a], tries: 1, closes: true, mostFaults: 2 },
    faults: { restart: 1, 'death of a server': 1 },
  },
  {
    ...calm,
    ...{ name: 'close and rollback', room: 'used', closes: true, workers: 1, jobs: ['drive'], mostFaults: 1 },
    faults: { rollback: 1 },
  },
  {
    ...calm,
    ...{ name: 'sleep', room: 'used', sends: [a], workers: 1, jobs: ['sleep'], mostFaults: 1 },
    faults: { 'death of a worker': 1, impatience: 1, restart: 1 },
  },
  {
    ...calm,
    ...{
      name: 'sleep and rollback',
      room: 'used',
      sends: [a],
      tries: 1,
      workers: 1,
      jobs: ['sleep', 'flush'],
      mostFaults: 1,
    },
    faults: { rollback: 1, wipe: 1 },
  },
]

export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name)
  if (scenario === undefined) throw new Error(`no scenario is named ${name}`)
  return scenario
}

/** The same with one more of everything that may go wrong, for an exploration that may take its time. */
export function deeper(scenario: Scenario): Scenario {
  return { ...scenario, mostFaults: scenario.mostFaults + 1 }
}
