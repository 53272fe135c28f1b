import { signal } from '@preact/signals'

export interface Question {
  title: string
  /** What will happen, and what cannot be undone. */
  body: string
  /** The verb: "Delete", not "OK". */
  yes: string
  isDangerous?: boolean
}

export interface Asked extends Question {
  answer: (isYes: boolean) => void
}

export const asked = signal<Asked | undefined>(undefined)

/** Asks before something that cannot be undone; false when the person turns away. What can be undone offers that in a toast instead. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    const own: Asked = {
      ...question,
      answer(isYes) {
        resolve(isYes)
        // After whoever asked has heard it: what they close goes together with the question, and is not given the focus back for a moment.
        queueMicrotask(() => {
          if (asked.peek() === own) asked.value = undefined
        })
      },
    }
    asked.value = own
  })
}
