import { texts } from '../text/index.ts'
import { Button } from './button.tsx'
import { asked } from './confirm-state.ts'
import { Dialog } from './dialog.tsx'

export { confirm } from './confirm-state.ts'
export type { Question } from './confirm-state.ts'

const text = texts({ en: { cancel: 'Cancel' }, ko: { cancel: '취소' } })

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
