import { ApiProblem } from '../api/problem.ts'
import { lengthOf } from '../ui/length.ts'
import { passwordFault } from './password.ts'
import { text } from './text.ts'
import { usernameFault } from './username.ts'

export interface NewAccount {
  username: string
  displayName: string
  password: string
}
export type SignUpFaults = { [Field in keyof NewAccount]: string | undefined }

/** What is not right yet, in words, by field: by the rules that are known here, and by what the server has refused. */
export function signUpFaults(account: NewAccount, problem: unknown): SignUpFaults {
  return {
    username: faultOfUsername(account.username) ?? refusalOf('username', problem),
    displayName: faultOfName(account.displayName) ?? refusalOf('displayName', problem),
    password: faultOfPassword(account.password) ?? refusalOf('password', problem),
  }
}

/** The words for a new password that the server would refuse. */
export function faultOfPassword(password: string): string | undefined {
  const { fillIn, faults } = text.value
  if (password === '') return fillIn
  const fault = passwordFault(password)
  if (fault === undefined) return undefined
  return fault.kind === 'long' ? faults.passwordLong : faults.passwordShort(fault.missing)
}

/** The words for a display name that the server would refuse; none at all is left to the caller. */
export function faultOfName(name: string): string | undefined {
  return lengthOf(name.trim()) > 50 ? text.value.faults.displayName : undefined
}

function faultOfUsername(username: string): string | undefined {
  if (username === '') return text.value.fillIn
  const fault = usernameFault(username)
  return fault === undefined ? undefined : text.value.faults[fault]
}

/** What the server says of one field. */
function refusalOf(field: keyof NewAccount, problem: unknown): string | undefined {
  if (!(problem instanceof ApiProblem)) return undefined
  const { faults } = text.value
  if (problem.code === 'username_taken' && field === 'username') return faults.usernameTaken
  if (!problem.faults.some(({ pointer }) => pointer === `/${field}`)) return undefined
  return { username: faults.usernameLetters, displayName: faults.displayName, password: faults.passwordLong }[field]
}
