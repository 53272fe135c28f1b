export { check } from './check.ts'
export { report } from './report.ts'
export { promises } from './promises.ts'
