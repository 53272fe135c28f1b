import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { toast } from './toast-state.ts'

const text = texts({
  en: { missing: 'This part of Madang could not be loaded.', reload: 'Reload' },
  ko: { missing: '화면의 일부를 불러오지 못했어요.', reload: '새로 고침' },
})

/**
 * A dialog whose code comes when it is first opened. When it does not come, that is said, with the one thing that helps: a module that
 * failed to load fails for as long as the page lives.
 */
export function laterDialog<Props extends { onClose: () => void }>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  return function Later(props: Props) {
    const [Dialog, setDialog] = useState(() => loaded)
    const close = useRef(props.onClose)
    close.current = props.onClose
    useEffect(() => {
      let isOpen = true
      async function open(): Promise<void> {
        try {
          const component = (loaded ??= await load())
          if (isOpen) setDialog(() => component)
        } catch {
          if (!isOpen) return
          const { missing, reload } = text.value
          toast({ text: missing, tone: 'danger', action: { label: reload, run: () => location.reload() } })
          close.current()
        }
      }
      void open()
      return () => {
        isOpen = false
      }
    }, [])
    return Dialog === undefined ? null : <Dialog {...props} />
  }
}

export interface Later<Props> {
  /** Undefined until its code is there. */
  component: ReadonlySignal<ComponentType<Props> | undefined>
  /** It did not come; only loading the page again helps. */
  hasFailed: ReadonlySignal<boolean>
  load: () => void
}

/** A component whose code comes after the page that it stands on, for which that page keeps a place. */
export function createLater<Props>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  const component = signal<ComponentType<Props> | undefined>(undefined)
  const hasFailed = signal(false)
  let isLoading = false
  return {
    component,
    hasFailed,
    load() {
      if (isLoading) return
      isLoading = true
      load().then(
        (loaded) => void (component.value = loaded),
        () => void (hasFailed.value = true),
      )
    },
  }
}
