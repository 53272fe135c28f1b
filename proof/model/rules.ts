/**
 * The rules that the promise rests on, each of which the model can be run without. model.test.ts takes out one after the other and
 * wants to see the promise broken in the scenario that is named here; what it finds is the table in docs/proof.md.
 */
export const rules = {
  knownIdFirst: {
    says: 'a known id is answered before the room is asked whether it is open',
    in: 'close',
  },
  sendOnce: {
    says: 'an id that is known is not appended again',
    in: 'repeat',
  },
  lookUpForgotten: {
    says: 'an id that Redis may have forgotten is looked up in MySQL first',
    in: 'repeat over epochs',
  },
  newestOfAllGone: {
    says: 'an id counts as new when it is later than all that were forgotten, not only the last of them',
    in: 'repeat by other clocks',
  },
  tokenOfLookUp: {
    says: 'what was looked up counts only under the epoch and rotation in which it was',
    in: 'late',
  },
  rotateWhenStored: {
    says: 'ids are forgotten only when all that they stand for is in MySQL',
    in: 'repeat',
  },
  closedCheck: {
    says: 'nothing is appended to a room that is closed',
    in: 'close',
  },
  runInScript: {
    says: 'a script decides nothing about what another incarnation of Redis wrote',
    in: 'rollback',
  },
  holdInScript: {
    says: 'a room on hold answers *stale*',
    in: 'epochs',
  },
  holdBeforeLook: {
    says: 'only what is seen on hold is final',
    in: 'epochs',
  },
  holdIsNewer: {
    says: 'a hold that comes behind a newer one, or behind its epoch, changes nothing',
    isSecondLine: true,
    in: 'restart',
  },
  epochAboveHold: {
    says: 'a new epoch is above every one that was ever held for',
    in: 'epochs',
  },
  alwaysANewEpoch: {
    says: 'what is rebased begins a new epoch, even where nothing was lost',
    in: 'rollback',
  },
  rebaseOnlyItsHold: {
    says: 'a rebase applies only while the hold is its own',
    in: 'epochs',
  },
  tailIsKept: {
    says: 'an epoch change stores what Redis still holds',
    in: 'restart',
  },
  tailOfOneRun: {
    says: 'what Redis still holds counts only when it is read in the incarnation that was looked at',
    in: 'pieces and rollback',
  },
  rebaseOnlyItsRun: {
    says: 'a rebase applies only in the incarnation of Redis that was held',
    isSecondLine: true,
    in: 'rollback over epochs',
  },
  installedOnce: {
    says: 'an epoch is installed once',
    isSecondLine: true,
    in: 'restart',
  },
  heldFromIsNoLoss: {
    says: 'an epoch that was held for and never installed has lost nothing',
    in: 'epochs',
  },
  asleepIsNoEvidence: {
    says: 'what is found of a room that sleeps is a remainder, and not evidence of a loss',
    in: 'sleep and rollback',
  },
  epochInFlush: {
    says: 'a slice is stored only into the epoch that it was read in',
    in: 'rollback and flush',
  },
  epochOfEachSlice: {
    says: 'a slice that is read within the transaction is stored only if it is of the same epoch',
    isSecondLine: true,
    in: 'pieces and rollback',
  },
  onlyFresh: {
    says: 'only what lies above `stored_seq` is inserted',
    in: 'flush',
  },
  rowLock: {
    says: 'whoever stores holds the row of the room',
    in: 'flush',
  },
  trimAfterCommit: {
    says: 'entries leave Redis after the commit that holds them',
    in: 'flush',
  },
  trimBySeq: {
    says: 'entries leave Redis up to a seq, never by count',
    in: 'flush',
  },
  epochInTrim: {
    says: 'a trim applies only in the epoch that was stored',
    isSecondLine: true,
    in: 'rollback and flush',
  },
  nothingAfterUnknown: {
    says: 'behind a line of unknown outcome nothing of its speaker is sent',
    in: 'order',
  },
  closingRowFirst: {
    says: 'a closing is written down before it is made true in Redis',
    in: 'close and restart',
  },
  firstFenceCounts: {
    says: 'a fence is written down only where none stands',
    in: 'close and wipe',
  },
  fenceIsLocked: {
    says: 'a fence is put up under the lock of the row, not while an epoch change looks at it',
    in: 'close and rollback',
  },
  fenceIsWitness: {
    says: 'the end that was answered bears witness when Redis comes back with less',
    in: 'close and rollback',
  },
  closedByEpochChange: {
    says: 'the epoch change of a closing room ends it with *closed*',
    in: 'close and wipe',
  },
  finalIsFinal: {
    says: 'no epoch begins in a room that is final',
    in: 'close',
  },
  lookUpInFinal: {
    says: 'an id repeated in a final room is looked up before *closed* is answered',
    in: 'close',
  },
  retireForgets: {
    says: 'retiring a room marks its ids as forgotten',
    in: 'order',
  },
  drainedBeforeSealed: {
    says: 'a room is sealed when it is stored up to its fence',
    in: 'close',
  },
  witnesses: {
    says: 'servers write down what they acknowledged, and a Redis that has less is suspect',
    in: 'rollback',
  },
  witnessesAtTheEnd: {
    says: 'sealing looks at the witnesses once more',
    in: 'rollback',
  },
  waitForWitnesses: {
    says: 'sealing gives the servers the time to bear witness',
    in: 'rollback',
  },
  absentIsSuspect: {
    says: 'a room that is gone though it did not sleep is suspect',
    in: 'wipe',
  },
  olderEpochIsSuspect: {
    says: 'a Redis that comes back in an earlier epoch is suspect',
    in: 'rollback over epochs',
  },
  rowsBearWitness: {
    says: 'a Redis that has less than the rows is suspect',
    in: 'rollback and flush',
  },
  finishByCompare: {
    says: 'a closing becomes final by compare-and-set',
    isSecondLine: true,
    in: 'close',
  },
  sleepIsNotedFirst: {
    says: 'a room leaves Redis when MySQL knows that it sleeps',
    in: 'sleep',
  },
  sleepOnHold: {
    says: 'a room is on hold while it falls asleep',
    in: 'sleep',
  },
  leaveOnlyItsHold: {
    says: 'a room leaves only while the hold is the one that it was put to sleep with',
    in: 'sleep',
  },
} as const satisfies Record<string, About>

export type Rule = keyof typeof rules

export interface About {
  says: string
  /** The scenario in which it is missed. */
  in: string
  /** What it guards against is kept off by other rules as well: taken out alone it is not missed within these bounds. */
  isSecondLine?: true
}

/** Whether a rule holds in this run of the model. */
export type Holds = (rule: Rule) => boolean

export const allHold: Holds = () => true

export const without =
  (taken: Rule): Holds =>
  (rule) =>
    rule !== taken
