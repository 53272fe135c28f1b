import { channel } from 'node:diagnostics_channel'

/**
 * Every place where a crash would leave one lasting step done and the next one not: a commit, a script of Redis, a file, a job, an
 * answer. Each is named by area, what is behind, what is still to come. What must hold at each is in proof/crash/scenarios.
 */
export const crashPoints = [
  'append: batch taken, not sent',
  'append: ids looked up, not sent again',
  'append: kept, not acknowledged',
  'append: buffer due, worker not called',
  'append: acknowledged, no witness',

  'flush: peeked, not stored',
  'flush: some rows sent in bulk, not all',
  'flush: rows in bulk compared, mark not moved',
  'flush: rows inserted, mark not moved',
  'flush: mark moved, not committed',
  'flush: committed, not trimmed',
  'flush: one piece trimmed, not all',
  'flush: trimmed, not done',
  'flush: does not join, not held',
  'checkpoint: key kept, range not',

  'epoch: locked, not held',
  'epoch: held, tail not kept',
  'epoch: decided, not committed',
  'epoch: committed, not installed',
  'epoch: installed, not used',
  'sleep: held, not noted',
  'sleep: noted, keys not gone',

  'closing: written down, not committed',
  'closing: written down, no fence',
  'closing: fence up, not written down',
  'closing: fenced, worker not called',
  'closing: worker called, room not marked',
  'closing: room marked, not answered',
  'closing: led back, worker not called',

  'sealing: leased, not begun',
  'sealing: draining, not flushed',
  'sealing: drained, room not told',
  'sealing: room told, not verified',
  'sealing: verified, transcripts not whole',
  'sealing: transcripts written, not named',
  'sealing: one transcript named, the other not',
  'sealing: transcripts named, not signed',
  'sealing: key kept, receipt not',
  'sealing: receipt kept, ledger not ended',
  'sealing: final, not retired',
  'sealing: witnesses gone, buffer not',
  'sealing: retired, people not told',
  'sealing: people told, not noted',
  'sealing: looked after, not settled',

  'seat: changed, not announced',
  'seat: announced, marker not moved',
  'seat: marker moved, not noted',
  'settings: changed, not announced',
  'settings: announced, not noted',

  'telling: written, not committed',
  'telling: committed, relays not rung',
  'relay: placed, not committed',
  'relay: committed, not published',
  'request: marked, not begun',
  'request: done, not answered',

  'message picture: claimed, not appended',
  'message picture: appended, not settled',
  'message picture: in doubt, not deleted',
  'message picture: deleted, not released',

  'upload: registered, not stored',
  'upload: stored, not kept',
  'upload: kept, not committed',
  'upload: kept, worker not called',
  'storage: written aside, not named',
  'storage: named, not lasting',
  'render: counted, not rendered',
  'render: one rendition stored, not all',
  'render: renditions stored, not noted',
  'render: noted, not committed',
  'render: noted, original still there',
  'render: original gone, not noted',
  'sweep: pictures leased, not looked after',
  'sweep: files gone, row not',
] as const

export type CrashPoint = (typeof crashPoints)[number]

/**
 * Costs one look at a flag: nobody listens but the crash tests (proof/crash), whose preload ends the process here. It is not in the
 * image.
 */
export function crashPoint(point: CrashPoint): void {
  if (passed.hasSubscribers) passed.publish(point)
}

/** Hears the name of every crash point as it is passed, before what comes next. */
export const passed = channel('madang:crash-point')
