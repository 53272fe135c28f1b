import { Problem } from '../../tools/problem.ts'
import type { Figures } from '../contract.ts'
import type { Kept } from '../report/keep.ts'
import type { KeptRun } from '../report/kept.ts'

/** What one piece of each kind of work costs, as the bench measured it: what capacities are reckoned from. */
export interface Units {
  /** By name; microseconds of processor time, bytes, or KiB, as the name says. */
  values: Record<string, number>
  /** What they were taken from. */
  sources: readonly { id: string; run: KeptRun }[]
}

const measuresNeeded = ['P2', 'P4', 'P13']

/** Up to so many rows a flush costs nearly the same. */
export const rowsOfFlush = 10
/** Of four listeners whom Nginx spreads over two servers, those that have one: two, but for one room in eight. */
export const serversOfMessage = 2 - 2 / 2 ** 4

/** Takes the unit costs out of what is kept of the bench: medians of Madang in P2, P4 and P13, and all of growth. */
export function unitsFrom({ measures, growth }: Kept): Units {
  const needed = measures.filter(({ id }) => measuresNeeded.includes(id))
  const median = (id: string): Figures => {
    const ours = needed.find((one) => one.id === id)?.contestants.find(({ name }) => name === 'madang')
    if (ours === undefined) throw new Problem(`${id} is not kept in bench/results`)
    return ours.medians
  }
  const grown = (id: string): Points => {
    const points = growth.growth.find((sweep) => sweep.id === id)?.points
    if (points === undefined || points.length < 2) throw new Problem(`growth of ${id} is not kept in bench/results`)
    return points
  }
  const sources = [...needed, { id: 'growth', run: growth.run }].map(({ id, run }) => ({ id, run }))
  return { values: valuesOf(median, grown), sources }
}

type Points = readonly { size: number; figures: Figures }[]

function valuesOf(median: (id: string) => Figures, growth: (id: string) => Points): Record<string, number> {
  const last = (id: string): Figures => growth(id).at(-1)?.figures ?? {}
  const of = (found: Figures, name: string): number => {
    const value = found[name]
    if (value === undefined) throw new Problem(`${name} is not in bench/results`)
    return value
  }
  const listeners = growth('listeners')
  const [server, nginx] = [perListener(listeners, 'serverMicros'), perListener(listeners, 'nginxMicros')]
  // Of two servers that are almost idle, a hundred messages a second: what they do anyway is not the messages'.
  const sockets = silenceOf(growth('sockets'), 'serverMicrosPerSocketAndSecond')
  const streams = silenceOf(growth('streams'), 'serverMicrosPerStreamAndSecond')
  const idle = sockets.without
  // Of a hundred rooms of four: of a thousand, most have something to be stored meanwhile.
  const talked = growth('rooms').find(({ size }) => size === 100)?.figures ?? {}
  const alone = (name: string, delivery: number, before: number): number =>
    Math.max(0, of(talked, name) - 4 * delivery - before)
  // It hardly matters how many of ten rows are there: the dearer of a flush of one and of ten stands for all of them.
  const flushed = (name: string, ofRows: boolean): number => {
    const few = growth('storing').filter(({ size }) => size <= rowsOfFlush)
    return Math.max(...few.map(({ size, figures }) => of(figures, name) * (ofRows ? size : 1)))
  }
  return {
    'idle server, µs a second': idle,
    'message, server µs': alone('serverMicros', server, (2 * idle) / of(talked, 'messagesPerSecond')),
    'message, Redis µs': of(talked, 'redisMicros'),
    'message among thousands a second, Redis µs': redisMicrosOf(median('P4')),
    'message, Nginx µs': alone('nginxMicros', nginx, 0),
    'delivery, server µs': server,
    'delivery, Nginx µs': nginx,
    'delivery in a saturated room, all processes µs': of(median('P2'), 'cpuMicrosPerDelivery'),
    'delivery, bytes on the wire': of(last('listeners'), 'serverBytesPerDelivery'),
    'a flush of up to ten, worker µs': flushed('workerMicros', true),
    'a flush of up to ten, database µs': flushed('databaseMicros', true),
    'a flush of up to ten, ms': flushed('millisecondsPerFlush', false),
    'stored message, bytes': of(last('history'), 'storedBytesPerMessage'),
    'stored post, bytes': of(last('posts'), 'storedBytesPerPost'),
    'page, server µs': of(last('posts'), 'nodeMs') * 1000,
    'page, database µs': of(last('posts'), 'databaseMs') * 1000,
    'page, bytes on the wire': of(last('posts'), 'bytesPerPage'),
    'socket, KiB': of(last('sockets'), 'rssKibPerSocket'),
    'socket, server µs a second': sockets.each,
    'stream, KiB': of(last('streams'), 'rssKibPerStream'),
    'stream, server µs a second': streams.each,
    'room that is awake, KiB of Redis': of(last('rooms'), 'redisKibPerRoom'),
    'busiest room there can be, MiB of Redis': of(median('P13'), 'roomMebibytesMost'),
  }
}

/**
 * Microseconds of a server in a second of silence: what each connection adds, and what is left without any. From the two largest sizes;
 * at the smallest the code is still cold.
 */
function silenceOf(points: Points, name: string): { each: number; without: number } {
  const [few, many] = points
    .slice(-2)
    .map(({ size, figures }) => ({ size, micros: (figures[name] ?? Number.NaN) * size }))
  if (few === undefined || many === undefined || Number.isNaN(few.micros + many.micros)) {
    throw new Problem('there is no silence in bench/results')
  }
  const each = (many.micros - few.micros) / (many.size - few.size)
  return { each, without: few.micros - each * few.size }
}

function redisMicrosOf(taken: Figures): number {
  const { 'redis percent': percent, messagesPerSecond } = taken
  if (percent === undefined || messagesPerSecond === undefined) throw new Problem('P4 does not say what Redis took')
  return (percent * 10_000) / messagesPerSecond
}

/** What each listener adds, from the smallest room and the largest. */
function perListener(points: Points, name: string): number {
  const [first, last] = [points[0], points.at(-1)]
  const [low, high] = [first?.figures[name], last?.figures[name]]
  if (first === undefined || last === undefined || low === undefined || high === undefined) {
    throw new Problem(`${name} is not in bench/results`)
  }
  return (high - low) / (last.size - first.size)
}
