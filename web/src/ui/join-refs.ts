import type { Ref } from 'preact'

/** One element told to several refs: an own one, and one that was given. */
export function joinRefs<Element>(...refs: (Ref<Element> | undefined)[]): (element: Element | null) => void {
  return (element) => {
    for (const ref of refs) {
      if (typeof ref === 'function') ref(element)
      else if (ref !== null && ref !== undefined) ref.current = element
    }
  }
}
