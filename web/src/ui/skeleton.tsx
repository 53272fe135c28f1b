import './skeleton.css'
import type { ComponentChildren } from 'preact'
import { texts } from '../text/index.ts'
import { VisuallyHidden } from './visually-hidden.tsx'

const text = texts({ en: { loading: 'Loading' }, ko: { loading: '불러오는 중' } })

/** The place of what is still coming, as large as that will be: lengths of CSS. */
export function Skeleton({ width = '100%', height = '1em', radius }: SkeletonProps) {
  const style = { inlineSize: width, blockSize: height, ...(radius === undefined ? {} : { borderRadius: radius }) }
  return <span class="skeleton" aria-hidden="true" style={style} />
}

interface SkeletonProps {
  width?: string
  height?: string
  radius?: string
}

/** Lines of a text that is still coming. */
export function SkeletonText({ lines = 3 }: { lines?: number }) {
  return (
    <span class="skeleton-text">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} width={line === lines - 1 && lines > 1 ? '60%' : '100%'} />
      ))}
    </span>
  )
}

/** Around skeletons: says to screen readers that something is loading. */
export function Loading({ children }: { children?: ComponentChildren }) {
  return (
    <div class="loading" aria-busy="true">
      <output>
        <VisuallyHidden>{text.value.loading}</VisuallyHidden>
      </output>
      {children}
    </div>
  )
}
