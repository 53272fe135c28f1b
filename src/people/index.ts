export type { People, Relations } from './contract.ts'
