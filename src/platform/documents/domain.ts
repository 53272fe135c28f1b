import type { Route } from '../http/route.ts'

/** A part of the API that has a document of its own. */
export interface ApiDomain {
  /** As in `/openapi/chat.json`, and as the tag of its operations. */
  name: string
  /** What it is about, in a sentence or two. */
  description: string
  routes: readonly Route[]
}
