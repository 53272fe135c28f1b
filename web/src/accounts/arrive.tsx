import { useLocation } from 'preact-iso/router'
import { useLayoutEffect } from 'preact/hooks'
import { destinationOf } from './destination.ts'

/** Who is signed in has nothing to do at the door: on to where they wanted to go. */
export function Arrive() {
  const { query, route } = useLocation()
  useLayoutEffect(() => route(destinationOf(query, location.origin), true), [query, route])
  return null
}
