export type { Notice, Notifications } from './contract.ts'
