import { useLocation } from 'preact-iso/router'
import { useLayoutEffect, useState } from 'preact/hooks'
import { destinationOf } from './destination.ts'

/** Who is signed in has nothing to do at the door: on to where they wanted to go. */
export function Arrive() {
  const { query, route } = useLocation()
  // Of the first look: this stays until the next page has come, and by then the address is another one.
  const [destination] = useState(() => destinationOf(query, location.origin))
  useLayoutEffect(() => route(destination, true), [destination, route])
  return null
}
