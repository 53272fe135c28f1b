export type { Live, LiveEvent, Tell, TellingTransaction, Topic } from './contract.ts'
