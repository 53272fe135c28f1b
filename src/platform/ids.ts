/** Identifiers with types, so that swapping two does not compile. Numbers inside, opaque decimal strings outside. */
declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type AccountId = Brand<number, 'AccountId'>
export type RoomId = Brand<number, 'RoomId'>
export type PostId = Brand<number, 'PostId'>
export type CommentId = Brand<number, 'CommentId'>
export type MediaId = Brand<number, 'MediaId'>
export type NotificationId = Brand<number, 'NotificationId'>
/** UUID text of a sign-in: one family of refresh tokens. */
export type SessionId = Brand<string, 'SessionId'>

/** Canonical decimal text of a safe positive integer, as ids travel outside. */
export const idPattern = /^[1-9][0-9]{0,15}$/

export function parseId<Id extends number>(text: string): Id | undefined {
  if (!idPattern.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? (value as Id) : undefined
}

/** A row's id. mysql2 answers a string for a BIGINT beyond 2^53, which no id of ours reaches. */
export function idFromRow<Id extends number>(value: unknown): Id {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`not a safe id: ${String(value)}`)
  return value as Id
}

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Lower-case RFC 9562 text form, version 7: the form clients must use, so that one id has one spelling. */
export function isUuidV7(text: string): boolean {
  return uuidV7.test(text)
}
