import { signal } from '@preact/signals'
import { texts } from '../text/index.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

const text = texts({ en: { cancel: 'Cancel' }, ko: { cancel: '취소' } })

export interface Question {
  title: string
  /** What will happen, and what cannot be undone. */
  body: string
  /** The verb: "Delete", not "OK". */
  yes: string
  isDangerous?: boolean
}

interface Asked extends Question {
  answer: (isYes: boolean) => void
}

const asked = signal<Asked | undefined>(undefined)

/** Asks before something that cannot be undone; false when the person turns away. What can be undone offers that in a toast instead. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    const answer = (isYes: boolean): void => {
      asked.value = undefined
      resolve(isYes)
    }
    asked.value = { ...question, answer }
  })
}

/** Where `confirm` asks: once on the page. */
export function ConfirmArea() {
  const question = asked.value
  if (question === undefined) return null
  const { title, body, yes, isDangerous = false, answer } = question
  const footer = (
    <>
      <Button autofocus onClick={() => answer(false)}>
        {text.value.cancel}
      </Button>
      <Button look={isDangerous ? 'danger' : 'main'} onClick={() => answer(true)}>
        {yes}
      </Button>
    </>
  )
  return (
    <Dialog title={title} size="small" footer={footer} onClose={() => answer(false)}>
      <p>{body}</p>
    </Dialog>
  )
}
